using System.Buffers;
using System.Text;

namespace Appliance.Admin;

/// <summary>Text into an answer's body.</summary>
internal static class OutputText
{
    public static void WriteText(this IBufferWriter<byte> output, ReadOnlySpan<byte> text) => output.Write(text);

    public static void WriteText(this IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
