using System.Security.Cryptography;
using Appliance.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Policies;

/// <summary>
/// Keeps the bundle file out after a rollback, until its content changes or an operator reloads; over restarts as well, if the state
/// directory can be written. One thread at a time.
/// </summary>
internal sealed class RollbackHold(string markFile, ILogger log)
{
    private RollbackMark? _mark;

    /// <summary>When the rollback was; null: there is none that holds.</summary>
    public DateTimeOffset? Since => _mark?.At;

    /// <summary>Takes up what an earlier process left.</summary>
    public void Load() => Try(() => _mark = RollbackMark.Read(markFile));

    /// <summary>True for the content that was rolled back from.</summary>
    public bool KeepsOut(ReadOnlySpan<byte> content) => content.Length > 0 && _mark is { } mark && mark.FileSha256 == HashOf(content);

    /// <summary>From now on this content of the file stays out.</summary>
    /// <returns>False when a restart will not know of it; said in the log.</returns>
    public bool Begin(ReadOnlySpan<byte> content, DateTimeOffset now)
    {
        RollbackMark mark = _mark = new RollbackMark(HashOf(content), now);
        return Try(() => mark.Write(markFile));
    }

    /// <summary>The file holds again.</summary>
    public void End()
    {
        if (_mark is null) return;
        _mark = null;
        Try(() => File.Delete(markFile));
    }

    private static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private bool Try(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ApplianceLog.RollbackNotKept(log, markFile, error.Message);
            return false;
        }
    }
}
