using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Both versions of the PROXY protocol header.</summary>
internal sealed class ProxyProtocolTarget : ITarget
{
    public string Name => "proxy-protocol";

    public int MaximumLength => 5000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [.. "PROXY "u8], [.. "TCP4 "u8], [.. "TCP6 "u8], [.. "UNKNOWN"u8], [.. "\r\n"u8], [.. " "u8], [.. "255"u8], [.. "65535"u8], [.. "::ffff:192.0.2.1"u8],
        [.. "\r\n\r\n\0\r\nQUIT\n"u8], [0x20, 0], [0x21, 0x11], [0x21, 0x21], [0x21, 0x31], [0, 12], [0, 36], [0, 216], [0x0f, 0xf0], [3, 0, 4],
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        ProxyHeader whole = ProxyHeaderParser.Parse(input);
        CheckPrefixes(input, whole);
        if (whole.Progress != HeadProgress.Complete) return HashCode.Combine(whole.Progress, whole.Refusal, input.Length / 512);
        Require(whole.Length > 0 && whole.Length <= input.Length, "a complete header lies within the input");
        Require(ProxyHeaderParser.Parse(input[..whole.Length]).Progress == HeadProgress.Complete, "what follows the header has no part in the verdict");
        if (whole.NamesClient) CheckRoundTrip(whole.Client);
        return HashCode.Combine(whole.NamesClient, whole.Client.Family, input[0], whole.Length / 64);
    }

    /// <summary>However the bytes arrive, the verdict is the same, and none is taken back.</summary>
    private static void CheckPrefixes(ReadOnlySpan<byte> input, in ProxyHeader whole)
    {
        int step = 1 + input.Length / 256;
        for (int length = 0; length < input.Length; length += step)
        {
            ProxyHeader part = ProxyHeaderParser.Parse(input[..length]);
            bool same = part.Progress == whole.Progress && part.Refusal == whole.Refusal && part.Length == whole.Length;
            Require(part.Progress == HeadProgress.Incomplete || same, "a verdict on a prefix is final");
        }
    }

    private static void CheckRoundTrip(SocketAddress client)
    {
        Span<byte> bytes = stackalloc byte[128];
        for (int version = 1; version <= 2; version++)
        {
            int length = version == 1 ? ProxyHeaderV1.Write(bytes, client, client) : ProxyHeaderV2.Write(bytes, client, client);
            Require(version == 2 || length <= ProxyHeaderV1.MaximumLength, "no line is longer than the protocol allows");
            ProxyHeader again = ProxyHeaderParser.Parse(bytes[..length]);
            SocketAddress read = again.Client;
            Require(again.NamesClient && again.Length == length && read.Port == client.Port && read.ToClientAddress() == client.ToClientAddress(),
                "what was read, written and read again is the same");
        }
    }
}
