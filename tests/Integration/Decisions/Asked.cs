using Integration.Lab;

namespace Integration.Decisions;

/// <summary>The daemon with a bundle, for who asks it.</summary>
internal static class Asked
{
    private const string Bundle = """
        {"bundle_version": 1, "policies": [
          {"id": "tenants", "spec": {"selector": {"pathPrefix": "/v1", "methods": ["PUT"], "hosts": ["api.example.com"]}, "rules": [
            {"name": "each", "limit_keys": ["header:x-tenant", "query:plan"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 0.001, "burst": 1}}]}},
          {"id": "limited", "spec": {"selector": {"pathPrefix": "/limited"}, "rules": [
            {"name": "two", "limit_keys": ["ip:address"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 0.001, "burst": 2}}]}},
          {"id": "pay", "spec": {"selector": {"pathPrefix": "/pay"}, "rules": [
            {"name": "two", "limit_keys": [], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 0.001, "burst": 2}}]}}]}
        """;

    /// <param name="more">More lines of the config.</param>
    public static LoopbackDaemon Start(string more = "")
    {
        var daemon = new LoopbackDaemon();
        try
        {
            File.WriteAllText(daemon.PathOf("policies.json"), Bundle);
            return daemon.Configure($"policies: {{ file: policies.json, table: {{ memory: 2m }} }}\n{more}").Start();
        }
        catch
        {
            daemon.Dispose();
            throw;
        }
    }
}
