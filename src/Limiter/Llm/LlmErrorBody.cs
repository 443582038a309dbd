namespace Appliance.Limiter.Llm;

/// <summary>
/// The JSON body of a 429 to a client of a language model, in the shape that the provider's own libraries read (policies.md A14, part B
/// 2.3): message, type rate_limit_error, code, and when to come back. Gemini's shape has google.rpc.Status instead of type and code.
/// </summary>
public static class LlmErrorBody
{
    /// <summary>Bytes that <see cref="Write"/> may need, whatever it is given.</summary>
    public const int MaxLength = 640;

    /// <summary>Bytes of the longest reason written; more is cut off.</summary>
    public const int MaxReasonLength = 64;

    /// <summary>Writes the body. Allocates nothing.</summary>
    /// <param name="provider">Whose shape; <see cref="LlmProvider.Unknown"/> is OpenAI's.</param>
    /// <param name="reason">The reason's name, as tpm_exceeded; anything but printable ASCII is replaced.</param>
    /// <param name="retryAfterSeconds">As in Retry-After; 0 or less: coming back does not help, and nothing is said of it.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Write(LlmProvider provider, ReadOnlySpan<byte> reason, long retryAfterSeconds, Span<byte> destination)
    {
        if (destination.Length < MaxLength) throw new ArgumentException("needs MaxLength bytes", nameof(destination));
        ReadOnlySpan<byte> name = reason[..Math.Min(reason.Length, MaxReasonLength)];
        var text = new Utf8JsonText(destination);
        if (provider == LlmProvider.Gemini)
        {
            WriteStatus(ref text, name, retryAfterSeconds);
            return text.Length;
        }

        text.Raw(provider == LlmProvider.Anthropic ? "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"u8
            : "{\"error\":{\"type\":\"rate_limit_error\",\"param\":null,\"message\":"u8);
        WriteMessage(ref text, name);
        text.Raw(",\"code\":\"rate_limit_exceeded\",\"details\":{\"reason\":"u8);
        text.Quoted(name);
        if (retryAfterSeconds > 0)
        {
            text.Raw(",\"retry_after\":"u8);
            text.Number(retryAfterSeconds);
        }

        text.Raw("}}}"u8);
        return text.Length;
    }

    private static void WriteStatus(ref Utf8JsonText text, ReadOnlySpan<byte> reason, long retryAfterSeconds)
    {
        text.Raw("{\"error\":{\"code\":429,\"message\":"u8);
        WriteMessage(ref text, reason);
        text.Raw(",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"u8);
        text.Quoted(reason);
        text.Raw("}"u8);
        if (retryAfterSeconds > 0)
        {
            text.Raw(",{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\""u8);
            text.Number(retryAfterSeconds);
            text.Raw("s\"}"u8);
        }

        text.Raw("]}}"u8);
    }

    private static void WriteMessage(ref Utf8JsonText text, ReadOnlySpan<byte> reason)
    {
        Span<byte> message = stackalloc byte[32 + MaxReasonLength];
        ReadOnlySpan<byte> start = "Rate limit exceeded: "u8;
        start.CopyTo(message);
        reason.CopyTo(message[start.Length..]);
        text.Quoted(message[..(start.Length + reason.Length)]);
    }
}
