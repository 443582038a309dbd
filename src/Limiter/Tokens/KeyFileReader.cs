using System.Buffers.Text;
using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>Reads the file of one entry of `keys`: a PEM for public-key algorithms, a secret for HS*.</summary>
internal static class KeyFileReader
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxKeyIdBytes = 256;

    private static ReadOnlySpan<byte> Base64Mark => "base64:"u8;

    public static void Read(JwtKeySource source, KeyFindings findings)
    {
        JwtAlgorithms algorithm = JwtAlgorithmNames.Parse(Encoding.UTF8.GetBytes(source.Algorithm ?? ""));
        byte[] keyId = Encoding.UTF8.GetBytes(source.KeyId ?? "");
        string? mistake = Mistake(source, algorithm, keyId);
        JwtKey? key = null;
        if (mistake is null)
        {
            key = (algorithm & JwtAlgorithms.AnySecret) != 0
                ? Secret(source.Content.Span, algorithm, keyId, out mistake)
                : PemKeyReader.Read(source.Content.Span, algorithm, keyId, out mistake);
        }

        if (key is null) findings.Error(source.File, mistake!);
        else findings.Add(key, source.File);
    }

    private static string? Mistake(JwtKeySource source, JwtAlgorithms algorithm, byte[] keyId)
    {
        if (algorithm == JwtAlgorithms.None) return $"algorithm `{source.Algorithm}` is not one that we verify: use one of {JwtAlgorithmNames.All}";
        if (keyId.Length > MaxKeyIdBytes) return $"the kid has {keyId.Length} bytes; at most {MaxKeyIdBytes} are compared";
        if (source.Content.IsEmpty) return "the file is empty: put the key there";
        return source.Content.Length > MaxBytes ? $"the file has {source.Content.Length} bytes; a key has at most {MaxBytes}" : null;
    }

    /// <summary>A PEM is never taken for a secret: everybody knows a public key, and could sign with it (RFC 8725 section 2.1).</summary>
    private static JwtKey? Secret(ReadOnlySpan<byte> content, JwtAlgorithms algorithm, byte[] keyId, out string? mistake)
    {
        mistake = null;
        if (content.IndexOf("-----BEGIN"u8) >= 0)
        {
            mistake = $"the file is a PEM, but {algorithm} needs a secret that only issuer and verifier know: name the key's own algorithm";
            return null;
        }

        byte[]? secret = content.StartsWith(Base64Mark) ? FromBase64(content[Base64Mark.Length..].Trim(" \t\r\n"u8)) : WithoutLineBreak(content).ToArray();
        if (secret is null)
        {
            mistake = "what follows `base64:` is not base64: write the secret with `openssl rand -base64 64`, or without the mark as it stands";
            return null;
        }

        return KeyFactory.Secret(secret, algorithm, keyId, out mistake);
    }

    private static ReadOnlySpan<byte> WithoutLineBreak(ReadOnlySpan<byte> content)
    {
        if (content.EndsWith("\r\n"u8)) return content[..^2];
        return content.EndsWith("\n"u8) ? content[..^1] : content;
    }

    private static byte[]? FromBase64(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[text.Length];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done) return bytes[..written];
        return Base64UrlText.TryDecode(text.TrimEnd((byte)'='), bytes, out written) ? bytes[..written] : null;
    }
}
