using System.Text;

namespace Proxy.Tests.Support;

/// <summary>ClientHello messages made by hand, field by field, so that any of them can be wrong.</summary>
internal static class Hello
{
    /// <summary>A message in one record.</summary>
    public static byte[] Record(string? name) => Records(Message(name is null ? [] : Extension(0, ServerNames(name))), 16 * 1024);

    /// <summary>The handshake message; null extensions: it ends before them.</summary>
    public static byte[] Message(byte[]? extensions)
    {
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. extensions is null ? [] : Vector16([.. Extension(0x0a0a, []), .. extensions])];
        return [1, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    public static byte[] Extension(int type, byte[] data) => [(byte)(type >> 8), (byte)type, .. Vector16(data)];

    public static byte[] ServerNames(string name) => Vector16([0, .. Vector16(Encoding.Latin1.GetBytes(name))]);

    public static byte[] Vector16(byte[] data) => [(byte)(data.Length >> 8), (byte)data.Length, .. data];

    /// <summary>The message cut into records of at most so many bytes.</summary>
    public static byte[] Records(byte[] message, int size) => [.. message.Chunk(size).SelectMany(part => (byte[])[22, 3, 1, .. Vector16(part)])];
}
