using System.Collections.Immutable;
using System.Globalization;
using Appliance.Hosting;
using Appliance.Limiter;
using Microsoft.Extensions.Logging;

namespace Appliance.Policies;

/// <summary>
/// Keeps the engine's bundle equal to the file as long as the file is good: a bad file never replaces a good bundle (policies.md A15).
/// Thread-safe; reading and compiling happens on the caller's thread, never on an event loop.
/// </summary>
internal sealed class PolicyFile(PolicyEngine engine, string path, BundleArchive archive, TimeProvider time, ILogger log)
{
    /// <summary>A broken file of thousands of lines shall not fill the journal; `appliance check` prints the rest.</summary>
    private const int LoggedMistakes = 20;

    /// <summary>A node that starts again after an override's time must not be without a bundle for it.</summary>
    private static readonly BundleOptions AtStart = new() { DropsExpiredOverrides = true };

    private readonly Lock _applying = new();
    private string _path = path;
    private BundleStamp _seen;
    private volatile PolicyFileStatus _status = new();

    public PolicyFileStatus Status => _status;

    /// <summary>The file; if it is not usable the newest kept bundle that still is; else none, and the node is not ready.</summary>
    public void LoadAtStart()
    {
        lock (_applying)
        {
            if (TryApplyFile(BundleStamp.Of(_path), anyVersion: true)) return;
            foreach (string kept in archive.Newest())
            {
                BundleRead bundle = BundleSource.Read(kept, time.GetUtcNow(), AtStart);
                if (bundle.Snapshot is null) continue;
                engine.Apply(bundle.Snapshot);
                _status = _status with { LoadedAt = time.GetUtcNow(), FromArchive = true, Applied = _status.Applied + 1 };
                ApplianceLog.BundleFromArchive(log, _path, Version(bundle.Snapshot));
                return;
            }

            ApplianceLog.NoBundle(log, _path);
        }
    }

    /// <summary>Applies the file if it has changed since the last look. Called each second.</summary>
    public void Poll()
    {
        lock (_applying)
        {
            BundleStamp stamp = BundleStamp.Of(_path);
            if (stamp != _seen) TryApplyFile(stamp, anyVersion: false);
        }
    }

    /// <summary>
    /// First half of a reload that an operator orders: reads and compiles, changes nothing yet. Any version will be taken, as at a start
    /// (part B section 1.1), which is also the way back to an older one.
    /// </summary>
    /// <param name="newPath">The file that the new config names.</param>
    public BundleRead Prepare(string newPath)
    {
        lock (_applying)
        {
            BundleRead bundle = BundleSource.Read(newPath, time.GetUtcNow());
            if (bundle.Snapshot is null) Refuse(bundle.Errors);
            return bundle;
        }
    }

    /// <summary>Second half: puts in force what <see cref="Prepare"/> found good, and watches that file from now on.</summary>
    public void Commit(string newPath, BundleRead bundle)
    {
        lock (_applying)
        {
            _path = newPath;
            _seen = default; // the next look reads again, in case the file has changed since
            Apply(bundle, bundle.Snapshot!);
        }
    }

    private bool TryApplyFile(BundleStamp stamp, bool anyVersion)
    {
        // The stamp is older than the content: if the file changes in between, the next look sees another stamp and reads again.
        _seen = stamp;
        BundleRead bundle = BundleSource.Read(_path, time.GetUtcNow(), anyVersion ? AtStart : null);
        if (bundle.Snapshot is not { } snapshot)
        {
            Refuse(bundle.Errors);
            return false;
        }

        if (!anyVersion && engine.Current is { } current && snapshot.Version <= current.Version && snapshot.Sha256 != current.Sha256)
        {
            Refuse([
                $"{_path}: bundle_version {Version(snapshot)} is not greater than {Version(current)}, which is in force "
                + "(version_not_monotonic); raise it, or order `appliance reload`",
            ]);
            return false;
        }

        Apply(bundle, snapshot);
        return true;
    }

    private void Apply(BundleRead bundle, PolicySnapshot snapshot)
    {
        // The same content again: touched, put back after a mistake, or mended to what the archive already gave us.
        if (snapshot.Sha256 == engine.Current?.Sha256)
        {
            _status = _status with { Error = null, FromArchive = false };
        }
        else
        {
            foreach (string lint in bundle.Lints.Take(LoggedMistakes)) ApplianceLog.BundleLint(log, lint);
            engine.Apply(snapshot);
            _status = _status with { LoadedAt = time.GetUtcNow(), FromArchive = false, Error = null, Applied = _status.Applied + 1 };
            ApplianceLog.BundleApplied(log, Version(snapshot), _path, snapshot.Sha256);
        }

        Keep(bundle.Content);
    }

    private void Refuse(ImmutableArray<string> mistakes)
    {
        foreach (string mistake in mistakes.Take(LoggedMistakes)) ApplianceLog.BundleRefused(log, mistake);
        _status = _status with { Error = mistakes[0], Refused = _status.Refused + 1 };
    }

    private void Keep(ReadOnlySpan<byte> content)
    {
        try
        {
            archive.Keep(content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ApplianceLog.BundleNotKept(log, archive.Directory, error.Message);
        }
    }

    private static string Version(PolicySnapshot snapshot) => snapshot.Version.ToString(CultureInfo.InvariantCulture);
}
