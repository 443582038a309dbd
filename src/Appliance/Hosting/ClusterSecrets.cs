using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Proxy.Configuration;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// The cluster secret for the data plane: session tickets and sticky cookies are derived from it. A single node uses its file too, if it can
/// read it. Read anew at every reload, so that a key can be rotated without a restart; one thread at a time.
/// </summary>
/// <param name="file">The file of a single node.</param>
/// <param name="log">Where it is said that there is none.</param>
internal sealed class ClusterSecrets(string file, ILogger log)
{
    private ImmutableArray<SharedKey> _last = [];

    /// <summary>The first signs, all verify; empty: the data plane draws a random one. A file that has become unreadable leaves the last keys in force.</summary>
    public ImmutableArray<SharedKey> Read(ApplianceConfig config)
    {
        string path = config.Ha?.SecretFile ?? file;
        ClusterKeyResult result = ClusterKeyFile.Read(path);
        if (result.Errors.IsEmpty) _last = [.. result.Keys.Select(key => new SharedKey(key.Id, key.Secret.AsMemory()))];
        else if (_last.IsEmpty) ApplianceLog.NoClusterSecret(log, result.Errors[0].ToString());
        else ApplianceLog.ClusterSecretKept(log, result.Errors[0].ToString());
        return _last;
    }
}
