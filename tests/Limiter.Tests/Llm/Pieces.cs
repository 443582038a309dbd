namespace Limiter.Tests.Llm;

/// <summary>Ways to cut bytes into pieces, and to damage them.</summary>
internal static class Pieces
{
    /// <summary>Cut at random places; some pieces are empty.</summary>
    public static IEnumerable<byte[]> Of(byte[] bytes, Random random)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(random.Next(4) == 0 ? 200 : 8), bytes.Length - at);
            yield return bytes[at..(at + length)];
            at += length;
        }
    }

    /// <summary>Cut once, at every place, and once into single bytes.</summary>
    public static IEnumerable<byte[][]> EveryCut(byte[] bytes)
    {
        for (int at = 0; at <= bytes.Length; at++) yield return [bytes[..at], bytes[at..]];
        yield return [.. bytes.Select(b => new[] { b })];
    }

    /// <summary>A few edits: bytes changed, left out, doubled, or put in from those that mean something.</summary>
    public static byte[] Mutate(byte[] sound, Random random)
    {
        ReadOnlySpan<byte> meaningful = "\"\\{}[],:\r\n 0-.eutfn\u00e9"u8;
        List<byte> bytes = [.. sound];
        for (int edit = random.Next(4); edit > 0; edit--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.Insert(at, meaningful[random.Next(meaningful.Length)]); break;
            }
        }

        return [.. bytes];
    }
}
