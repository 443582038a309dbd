using System.Collections.Immutable;
using System.Globalization;
using Appliance.Cli;
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
    private readonly RollbackHold _hold = new(Path.Combine(archive.Directory, "rollback"), log);
    private string _path = path;
    private BundleTerms _terms = terms;
    private (BundleStamp Bundle, BundleStamp Signature) _seen;
    private bool _keptIsStale = true;
    private volatile PolicyFileStatus _status = new();
    private volatile IReadOnlyList<KeptBundle> _kept = [];

    public PolicyFileStatus Status => _status;

    /// <summary>SHA-256 of the bundle in force; null: none is.</summary>
    public string? InForce => engine.Current?.Sha256;

    /// <summary>What the archive held at the last look, the newest first; reads no disk.</summary>
    public IReadOnlyList<KeptBundle> Kept => _kept;

    /// <summary>The file; if it is not usable the newest kept bundle that still is; else none, and the node is not ready.</summary>
    public void LoadAtStart()
    {
        lock (_applying)
        {
            _hold.Load();
            if (TryApplyFile(Look(), anyVersion: true)) return;
            foreach (string kept in archive.Newest())
            {
                BundleRead bundle = BundleSource.Read(kept, time.GetUtcNow(), _terms.AtStart, signature: null); // Checked when it was kept.
                if (bundle.Snapshot is null) continue;
                engine.Apply(bundle.Snapshot);
                _status = _status with
                {
                    LoadedAt = time.GetUtcNow(),
                    FromArchive = true,
                    RolledBackAt = _status.Error is null ? _hold.Since : null,
                    Applied = _status.Applied + 1,
                };
                if (_status.RolledBackAt is null) ApplianceLog.BundleFromArchive(log, _path, Version(bundle.Snapshot));
                else ApplianceLog.RollbackHolds(log, _path, Version(bundle.Snapshot));
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
            if (_keptIsStale) ListKept();
        }
    }

    /// <summary>
    /// An operator's order: back to a bundle that was in force before this one, whatever their versions (part B section 1.1). What is left behind
    /// is set aside; the file stays out until its content changes.
    /// </summary>
    /// <param name="steps">How far back, 1 or more.</param>
    public OrderResult Rollback(int steps)
    {
        lock (_applying)
        {
            IReadOnlyList<string> good = archive.Newest();
            ListKept();
            int inForce = IndexOf(good, engine.Current?.Sha256);
            int target = inForce + steps;
            if (target >= good.Count)
                return new OrderResult(ExitCode.Failed, $"{good.Count - inForce - 1} older good bundles are kept, not {steps}; nothing has changed");
            BundleRead bundle = BundleSource.Read(good[target], time.GetUtcNow(), _terms.AtStart, signature: null); // Checked when it was kept.
            if (bundle.Snapshot is not { } snapshot)
            {
                string mistakes = string.Join('\n', bundle.Errors.Take(LoggedMistakes));
                return new OrderResult(ExitCode.Failed, $"{mistakes}\nthe kept bundle cannot be used any more; nothing has changed");
            }

            return GoBack(good, target, snapshot);
        }
    }

    /// <summary>What the archive holds now, the newest first.</summary>
    public IReadOnlyList<KeptBundle> ListKept()
    {
        lock (_applying)
        {
            _keptIsStale = false;
            try
            {
                return _kept = archive.List();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                ApplianceLog.BundleNotKept(log, archive.Directory, error.Message);
                return _kept = [];
            }
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
            _hold.End();
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
        if (_hold.KeepsOut(bundle.Content)) return false;
        if (bundle.Snapshot is not { } snapshot)
        {
            Refuse(bundle.Errors);
            return false;
        }

        if (!anyVersion && !BundleVersionRule.Allows(engine.Current, snapshot))
        {
            Refuse([
                $"{_path}: bundle_version {Version(snapshot)} is not greater than {Version(engine.Current!)}, which is in force "
                + $"({BundleVersionRule.Error}); raise it, or order `appliance reload`",
            ]);
            return false;
        }

        _hold.End();
        Apply(bundle, snapshot, isSame: true);
        return true;
    }

    private OrderResult GoBack(IReadOnlyList<string> good, int target, PolicySnapshot snapshot)
    {
        string left = engine.Current is { } current ? Version(current) : "none";
        // Read after the stamp, so that a file that changes just now is looked at again.
        _seen = Look();
        bool lasts = _hold.Begin(BundleSource.Read(_path, time.GetUtcNow(), _terms.Options, signature: null).Content, time.GetUtcNow());
        engine.Apply(snapshot);
        _status = _status with { LoadedAt = time.GetUtcNow(), FromArchive = true, RolledBackAt = _hold.Since, Error = null, Applied = _status.Applied + 1 };
        ApplianceLog.RolledBack(log, left, Version(snapshot), snapshot.Sha256, _path);
        try
        {
            archive.SetAside(good.Take(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            lasts = false;
            ApplianceLog.RollbackNotKept(log, archive.Directory, error.Message);
        }

        ListKept();
        string text = $"rolled back from version {left} to {Version(snapshot)}, sha256 {snapshot.Sha256}; {_path} stays out until it changes or `appliance reload`";
        return new OrderResult(ExitCode.Ok, lasts ? text : text + "\nthe state directory cannot be written: a restart would load the file again");
    }

    /// <summary>Where among the kept ones a bundle is; -1: it could not be kept, or there is none.</summary>
    private int IndexOf(IReadOnlyList<string> good, string? sha256)
    {
        for (int i = 0; i < good.Count; i++)
        {
            if (_kept.Any(kept => kept.File == good[i] && kept.Sha256 == sha256)) return i;
        }

        return -1;
    }

    /// <param name="bundle">As read.</param>
    /// <param name="snapshot">Of it.</param>
    /// <param name="isSame">The same bytes mean the same limits: they were compiled on the same terms.</param>
    private void Apply(BundleRead bundle, PolicySnapshot snapshot, bool isSame)
    {
        // The same content again: touched, put back after a mistake, or mended to what the archive already gave us.
        if (isSame && snapshot.Sha256 == engine.Current?.Sha256)
        {
            _status = _status with { Error = null, FromArchive = false, RolledBackAt = null };
        }
        else
        {
            foreach (string lint in bundle.Lints.Take(LoggedMistakes)) ApplianceLog.BundleLint(log, lint);
            engine.Apply(snapshot);
            _status = _status with { LoadedAt = time.GetUtcNow(), FromArchive = false, RolledBackAt = null, Error = null, Applied = _status.Applied + 1 };
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
        _keptIsStale = true;
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
