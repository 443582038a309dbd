using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// The random number that keys of the limiter table are hashed with, so that strangers cannot aim collisions. Made once and kept, since
/// another seed makes every stored counter unfindable (policies.md A2).
/// </summary>
internal static class HashSeedFile
{
    private const int SeedBytes = sizeof(ulong);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The kept seed; a new one that is kept; or, where nothing can be kept, a random one and one warning.</summary>
    public static ulong LoadOrCreate(string file, ILogger log)
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        try
        {
            if (TryRead(file, seed)) return BinaryPrimitives.ReadUInt64LittleEndian(seed);
            RandomNumberGenerator.Fill(seed);
            Write(file, seed);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ApplianceLog.StateNotWritable(log, Path.GetDirectoryName(file) ?? file, error.Message);
            RandomNumberGenerator.Fill(seed);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(seed);
    }

    /// <summary>False when there is none, or a torn one from before an atomic rename was possible.</summary>
    private static bool TryRead(string file, Span<byte> seed)
    {
        if (!File.Exists(file)) return false;
        using FileStream stream = File.OpenRead(file);
        return stream.Length == SeedBytes && stream.ReadAtLeast(seed, SeedBytes, throwOnEndOfStream: false) == SeedBytes;
    }

    private static void Write(string file, ReadOnlySpan<byte> seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, seed, OwnerOnly);
    }
}
