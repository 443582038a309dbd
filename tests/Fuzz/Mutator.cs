namespace Fuzz;

/// <summary>Makes inputs from inputs: bits, bytes, lengths, tokens, pieces of others. Wholly determined by the random source.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> tokens, int maximumLength)
{
    private static readonly byte[] Interesting = [0, 1, 2, 3, 0x0a, 0x0d, 0x20, 0x30, 0x39, 0x3a, 0x7e, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

    /// <summary>One to eight changes of a parent.</summary>
    internal byte[] Mutate(byte[] parent, byte[] other)
    {
        var bytes = new List<byte>(parent);
        for (int changes = 1 + random.Next(8); changes > 0; changes--) Change(bytes, other);
        if (bytes.Count > maximumLength) bytes.RemoveRange(maximumLength, bytes.Count - maximumLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        bool inside = at < bytes.Count;
        switch (random.Next(10))
        {
            case 0 when inside:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when inside:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when inside:
                bytes[at] = Interesting[random.Next(Interesting.Length)];
                break;
            case 3 when inside:
                // Lengths and numbers are nearly right more often than wild.
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
            case 4 when inside:
                bytes.RemoveRange(at, Math.Min(RandomLength(), bytes.Count - at));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 when tokens.Count > 0:
                bytes.InsertRange(at, tokens[random.Next(tokens.Count)]);
                break;
            case 7 when inside:
                // A piece again, somewhere else.
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, Math.Min(RandomLength(), bytes.Count - at)));
                break;
            case 8 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + RandomLength())]);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(8) == 0 ? random.Next(2000) : random.Next(4)));
                break;
        }
    }

    private int RandomLength() => 1 + random.Next(random.Next(8) == 0 ? 300 : 8);
}
