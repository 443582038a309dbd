namespace Vrrp.Tests.Transport;

internal enum VirtualPath
{
    Lan,
    HaPort,
}
