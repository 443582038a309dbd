using System.Security.Cryptography;
using System.Text;

namespace Appliance.Proxy.Tls;

/// <summary>Reads the blocks of a PEM file (RFC 7468).</summary>
internal static class PemFile
{
    /// <summary>More than any chain or list of authorities needs.</summary>
    private const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>The whole file.</summary>
    /// <exception cref="TlsException">It is missing, unreadable or too large.</exception>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MaximumBytes) throw new TlsException($"{path}: larger than {MaximumBytes} bytes");
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TlsException($"{path}: no such file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TlsException($"{path}: cannot be read: {error.Message}");
        }
    }

    /// <summary>The DER contents of every certificate in the file, in order; at least one.</summary>
    /// <exception cref="TlsException">As <see cref="ReadBytes"/>, or there is none.</exception>
    internal static List<byte[]> ReadCertificates(string path)
    {
        var found = new List<byte[]>();
        ReadOnlySpan<char> rest = Encoding.Latin1.GetString(ReadBytes(path));
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label] is "CERTIFICATE" or "X509 CERTIFICATE") found.Add(Decode(rest, fields));
            rest = rest[fields.Location.End..];
        }

        return found.Count > 0 ? found : throw new TlsException($"{path}: holds no certificate in PEM");
    }

    /// <summary>The DER contents of the file's private key; the caller clears them.</summary>
    /// <exception cref="TlsException">As <see cref="ReadBytes"/>, or there is none, or it is encrypted.</exception>
    internal static byte[] ReadPrivateKey(string path)
    {
        byte[] bytes = ReadBytes(path);
        char[] text = Encoding.Latin1.GetChars(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        try
        {
            ReadOnlySpan<char> rest = text;
            // PKCS #8 says it in the label, the older form in a header.
            if (rest.Contains("ENCRYPTED", StringComparison.Ordinal)) throw new TlsException($"{path}: the private key is encrypted");
            while (PemEncoding.TryFind(rest, out PemFields fields))
            {
                ReadOnlySpan<char> label = rest[fields.Label];
                if (label is "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY") return Decode(rest, fields);
                rest = rest[fields.Location.End..];
            }

            throw new TlsException($"{path}: holds no private key in PEM");
        }
        finally
        {
            text.AsSpan().Clear();
        }
    }

    private static byte[] Decode(ReadOnlySpan<char> text, PemFields fields)
    {
        byte[] bytes = new byte[fields.DecodedDataLength];
        _ = Convert.TryFromBase64Chars(text[fields.Base64Data], bytes, out _);
        return bytes;
    }
}
