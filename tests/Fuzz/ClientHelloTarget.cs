using System.Buffers.Binary;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>The server name in a TLS ClientHello.</summary>
internal sealed class ClientHelloTarget : ITarget
{
    private readonly byte[] _name = new byte[ClientHelloParser.MaximumName];
    private readonly byte[] _otherName = new byte[ClientHelloParser.MaximumName];

    public string Name => "client-hello";

    public int MaximumLength => 20_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [22, 3, 1], [22, 3, 3, 0, 1], [0, 0], [0, 0, 0, 14, 0, 12, 0, 0, 9], [0x0a, 0x0a, 0, 0], [0x40, 0], [0x40, 1], [1, 0], [.. "example.com"u8],
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        ClientHello whole = ClientHelloParser.Parse(input, _name);
        CheckPrefixes(input, whole);
        if (whole.Progress == HeadProgress.Complete) CheckComplete(input, whole);
        return HashCode.Combine(whole.Progress, whole.Refusal, whole.NameLength / 8, input.Length / 1024);
    }

    private void CheckPrefixes(ReadOnlySpan<byte> input, ClientHello whole)
    {
        int step = 1 + input.Length / 256;
        for (int length = 0; length < input.Length; length += step)
        {
            ClientHello part = ClientHelloParser.Parse(input[..length], _otherName);
            Require(part.Progress == HeadProgress.Incomplete || part == whole, "a verdict on a prefix is final");
        }
    }

    private void CheckComplete(ReadOnlySpan<byte> input, ClientHello whole)
    {
        ReadOnlySpan<byte> name = _name.AsSpan(0, whole.NameLength);
        Require(name.IndexOfAnyInRange((byte)'A', (byte)'Z') < 0, "a name is in lower case");
        Require(name.IndexOfAnyInRange((byte)0, (byte)' ') < 0, "a name has no control characters");
        // The same message cut into records of seven bytes, if that fits, names the same host.
        byte[] message = Join(input);
        byte[] records = Split(message, 7);
        if (records.Length > ClientHelloParser.MaximumLength) return;
        ClientHello again = ClientHelloParser.Parse(records, _otherName);
        Require(again == whole && name.SequenceEqual(_otherName.AsSpan(0, again.NameLength)), "fragmentation has no part in the verdict");
    }

    /// <summary>The handshake message that a complete input begins with.</summary>
    private static byte[] Join(ReadOnlySpan<byte> input)
    {
        var message = new List<byte>();
        while (input.Length >= 5 && (message.Count < 4 || message.Count < 4 + (message[1] << 16 | message[2] << 8 | message[3])))
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input[3..]), input.Length - 5);
            message.AddRange(input.Slice(5, length));
            input = input[(5 + length)..];
        }

        return [.. message.Take(4 + (message[1] << 16 | message[2] << 8 | message[3]))];
    }

    private static byte[] Split(byte[] message, int size) =>
        [.. message.Chunk(size).SelectMany(part => (byte[])[22, 3, 1, 0, (byte)part.Length, .. part])];
}
