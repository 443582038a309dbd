namespace Vrrp.Tests.Transport;

internal sealed record VirtualDelivery(int To, VirtualPath Path, byte[] Bytes);
