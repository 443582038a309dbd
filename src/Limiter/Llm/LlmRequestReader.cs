using System.Buffers;
using Appliance.Limiter.Hashing;

namespace Appliance.Limiter.Llm;

/// <summary>
/// Reads model, prompt estimate, completion cap and stream flag from a request body (policies.md A14, part B 2.4), whole or piece by
/// piece as it arrives. Any bytes give a reading, never an exception; what cannot be understood counts a quarter of its length, which is
/// never less than its text would count. Allocates nothing after construction. One thread at a time; reused from request to request.
/// </summary>
public sealed class LlmRequestReader
{
    /// <summary>Of longer bodies this much is read, for the cap and the flag; their prompt is the whole body.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    private readonly RequestScanner _scanner = new();
    private long _bytes;

    /// <summary>Begins the first body.</summary>
    public LlmRequestReader() => Reset();

    /// <summary>
    /// The model's name after <see cref="Finish"/>, escapes resolved; empty when absent, ambiguous or longer than 128 bytes. Valid until the
    /// next body begins.
    /// </summary>
    public ReadOnlySpan<byte> Model => _scanner.IsAmbiguous ? default : _scanner.ModelName;

    /// <summary>What tells one body from another, for loop detection.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> body) => XxHash64.DigestOf(body, 0);

    /// <summary>Reads a whole body.</summary>
    public LlmRequestReading Read(ReadOnlySpan<byte> body)
    {
        Reset();
        Feed(body);
        return Finish();
    }

    /// <summary>Reads a whole body that lies in several buffers.</summary>
    public LlmRequestReading Read(in ReadOnlySequence<byte> body)
    {
        Reset();
        foreach (ReadOnlyMemory<byte> piece in body) Feed(piece.Span);
        return Finish();
    }

    /// <summary>Begins another body.</summary>
    public void Reset()
    {
        _scanner.Begin();
        _bytes = 0;
    }

    /// <summary>Takes the next piece of the body.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        int read = (int)Math.Clamp(MaxBodyBytes - _bytes, 0, piece.Length);
        _scanner.Feed(piece[..read]);
        _bytes += piece.Length;
    }

    /// <summary>The body ends here.</summary>
    public LlmRequestReading Finish()
    {
        LlmRequestStatus status = StatusAtEnd();
        // Tokens given as numbers may be shorter than what they count.
        long tokens = TokenEstimate.FromBytes(status == LlmRequestStatus.Read ? _scanner.TextBytes : Math.Max(_scanner.TextBytes, _bytes));
        ulong hash = Model.IsEmpty ? 0 : XxHash64.DigestOf(Model, 0);
        return new LlmRequestReading(status, tokens, _scanner.CompletionCap, _scanner.IsStream, hash);
    }

    private LlmRequestStatus StatusAtEnd()
    {
        if (_bytes == 0) return LlmRequestStatus.Empty;
        if (_bytes > MaxBodyBytes) return LlmRequestStatus.TooLarge;
        if (!_scanner.End()) return LlmRequestStatus.NotJson;
        if (_scanner.IsAmbiguous) return LlmRequestStatus.Ambiguous;
        return _scanner.HasPrompt ? LlmRequestStatus.Read : LlmRequestStatus.NoPrompt;
    }
}
