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
internal sealed class PolicyFile(PolicyEngine engine, string path, BundleTerms terms, BundleArchive archive, TimeProvider time, ILogger log)
{
    /// <summary>A broken file of thousands of lines shall not fill the journal; `appliance check` prints the rest.</summary>
    private const int LoggedMistakes = 20;

    private readonly Lock _applying = new();
    private string _path = path;
    private BundleTerms _terms = terms;
    private (BundleStamp Bundle, BundleStamp Signature) _seen;
    private volatile PolicyFileStatus _status = new();

    public PolicyFileStatus Status => _status;

    /// <summary>The file; if it is not usable the newest kept bundle that still is; else none, and the node is not ready.</summary>
    public void LoadAtStart()
    {
        lock (_applying)
        {
            if (TryApplyFile(Look(), anyVersion: true)) return;
            foreach (string kept in archive.Newest())
            {
                BundleRead bundle = BundleSource.Read(kept, time.GetUtcNow(), _terms.AtStart, signature: null); // Checked when it was kept.
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
            (BundleStamp, BundleStamp) stamp = Look();
            if (stamp != _seen) TryApplyFile(stamp, anyVersion: false);
        }
    }

    /// <summary>
    /// First half of a reload that an operator orders: reads and compiles, changes nothing yet. Any version will be taken, as at a start
    /// (part B section 1.1), which is also the way back to an older one.
    /// </summary>
    /// <param name="newPath">The file that the new config names.</param>
    /// <param name="newTerms">What the new config asks of it.</param>
    public BundleRead Prepare(string newPath, BundleTerms newTerms)
    {
        lock (_applying)
        {
            BundleRead bundle = BundleSource.Read(newPath, time.GetUtcNow(), newTerms.Options, newTerms.Signature);
            if (bundle.Snapshot is null) Refuse(bundle.Errors);
            return bundle;
        }
    }

    /// <summary>Second half: puts in force what <see cref="Prepare"/> found good, and watches that file from now on.</summary>
    public void Commit(string newPath, BundleTerms newTerms, BundleRead bundle)
    {
        lock (_applying)
        {
            bool same = newTerms.Options == _terms.Options;
            (_path, _terms) = (newPath, newTerms);
            _seen = default; // the next look reads again, in case the file has changed since
            Apply(bundle, bundle.Snapshot!, isSame: same);
        }
    }

    /// <summary>A signature that comes after its bundle is a change too.</summary>
    private (BundleStamp, BundleStamp) Look() =>
        (BundleStamp.Of(_path), _terms.Signature is null ? default : BundleStamp.Of(_path + BundleSource.SignatureSuffix));

    private bool TryApplyFile((BundleStamp, BundleStamp) stamp, bool anyVersion)
    {
        // The stamp is older than the content: if the file changes in between, the next look sees another stamp and reads again.
        _seen = stamp;
        BundleRead bundle = BundleSource.Read(_path, time.GetUtcNow(), anyVersion ? _terms.AtStart : _terms.Options, _terms.Signature);
        if (bundle.Snapshot is not { } snapshot)
        {
            Refuse(bundle.Errors);
            return false;
        }

        if (!anyVersion && engine.Current is { } current && !BundleVersionRule.Allows(current, snapshot))
        {
            Refuse([
                $"{_path}: bundle_version {Version(snapshot)} is not greater than {Version(current)}, which is in force "
                + $"({BundleVersionRule.Error}); raise it, or order `appliance reload`",
            ]);
            return false;
        }

        Apply(bundle, snapshot, isSame: true);
        return true;
    }

    /// <param name="bundle">As read.</param>
    /// <param name="snapshot">Of it.</param>
    /// <param name="isSame">The same bytes mean the same limits: they were compiled on the same terms.</param>
    private void Apply(BundleRead bundle, PolicySnapshot snapshot, bool isSame)
    {
        // The same content again: touched, put back after a mistake, or mended to what the archive already gave us.
        if (isSame && snapshot.Sha256 == engine.Current?.Sha256)
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
