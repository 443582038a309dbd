using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>
/// Reads the cluster secret: lines `ID BASE64`, blank lines and lines that begin with '#' aside. The first key signs, all verify, so a
/// secret is rotated by adding the new one below, then moving it up, then removing the old one. Never throws; never repeats a line.
/// </summary>
internal static class ClusterKeyFile
{
    private const int MaximumSecretBytes = 256;
    private const int MaximumKeys = 16;
    private const int MaximumBytes = 64 * 1024;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads a file. One that everybody on the machine may read or write is refused.</summary>
    public static ClusterKeyResult Read(string path)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(path, MaximumBytes, Others);
        ConfigErrors errors = new(path);
        if (outcome == BoundedFile.Outcome.Read) return Parse(content, errors);
        errors.Add(0, 0, "", problem);
        return new()
        {
            Errors = errors.ToSorted(),
            NotFound = outcome == BoundedFile.Outcome.NotFound,
            NotPermitted = outcome == BoundedFile.Outcome.NotPermitted,
        };
    }

    private static ClusterKeyResult Parse(byte[] content, ConfigErrors errors)
    {
        ImmutableArray<ClusterKey>.Builder keys = ImmutableArray.CreateBuilder<ClusterKey>();
        int number = 0;
        foreach (ReadOnlySpan<char> line in Encoding.Latin1.GetString(content).AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> text = line.Trim();
            if (text.IsEmpty || text[0] == '#') continue;
            string? error = ReadLine(text, keys);
            if (error is not null) errors.Add(number, 1, "", error);
        }

        CryptographicOperations.ZeroMemory(content);
        if (keys.Count == 0 && errors.IsEmpty) errors.Add(0, 0, "", "the file holds no key; a line is ID BASE64");
        return errors.IsEmpty ? new() { Keys = keys.ToImmutable() } : new() { Errors = errors.ToSorted() };
    }

    private static string? ReadLine(ReadOnlySpan<char> line, ImmutableArray<ClusterKey>.Builder keys)
    {
        Span<byte> secret = stackalloc byte[MaximumSecretBytes];
        string? error = Decode(line, secret, out byte id, out int length);
        foreach (ClusterKey known in keys)
        {
            if (known.Id == id) error ??= $"the id {id} is already used";
        }

        if (keys.Count == MaximumKeys) error ??= $"more than {MaximumKeys} keys";
        if (error is null) keys.Add(new ClusterKey(id, secret[..length]));
        CryptographicOperations.ZeroMemory(secret);
        return error;
    }

    /// <summary>Reads one line without blanks round it.</summary>
    /// <param name="line">ID BASE64.</param>
    /// <param name="secret">Room for the longest secret.</param>
    /// <param name="id">1..255.</param>
    /// <param name="length">Bytes of the secret.</param>
    /// <returns>What is wrong, or null.</returns>
    internal static string? Decode(ReadOnlySpan<char> line, Span<byte> secret, out byte id, out int length)
    {
        (id, length) = (0, 0);
        int blank = line.IndexOfAny(' ', '\t');
        if (blank < 0) return "the line is not ID BASE64";
        if (!byte.TryParse(line[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out id) || id == 0)
        {
            return "the id is not a whole number from 1 to 255";
        }

        bool decoded = Convert.TryFromBase64Chars(line[blank..].Trim(), secret, out length);
        if (!decoded) return $"the secret is not base64 of at most {secret.Length} bytes";
        return length < ClusterKey.MinimumSecretBytes ? $"the secret has {length} bytes; at least {ClusterKey.MinimumSecretBytes} are needed" : null;
    }
}
