using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Tokens;
using BenchmarkDotNet.Attributes;

namespace Limiter.Benchmarks;

/// <summary>
/// Whole evaluations, from route to decision. Each policy reads a claim of a verified token (the verdict cached, as after a client's first request) and
/// has two rules, one by that claim and one by address that a claim selects; requests come from 1,000 clients with a token each, at random.
/// </summary>
public class EvaluationBenchmark
{
    public const int Operations = 100_000;
    private const int Clients = 1000;
    private const int ManyKeys = 1_000_000;
    private const long UnixMs = 1_770_129_000_000;
    private const long StepNs = 1000;
    private readonly byte[][] _authorizations = new byte[Clients][];
    private readonly int[] _draw = new int[Operations];
    private LimiterTable? _table;
    private PolicyEngine? _engine;
    private MemoryContender? _memory;
    private byte[] _path = [];
    private byte[] _host = [];
    private long _nowNs = DecisionMatrix.StartNs;

    [GlobalSetup(Targets = [nameof(OnePolicy)])]
    public void SetUpOne() => SetUp(1, rate: 1_000_000);

    [GlobalSetup(Targets = [nameof(TenPolicies)])]
    public void SetUpTen() => SetUp(10, rate: 1_000_000);

    [GlobalSetup(Targets = [nameof(ThousandPolicies)])]
    public void SetUpThousand() => SetUp(1000, rate: 1_000_000);

    [GlobalSetup(Targets = [nameof(AHundredThousandPolicies)])]
    public void SetUpHundredThousand() => SetUp(100_000, rate: 1_000_000);

    [GlobalSetup(Targets = [nameof(ThousandPoliciesNoneMatches)])]
    public void SetUpNoMatch()
    {
        SetUp(1000, rate: 1_000_000);
        _path = "/elsewhere/v1/items/17"u8.ToArray();
    }

    [GlobalSetup(Targets = [nameof(OnePolicyRejects)])]
    public void SetUpRejects() => SetUp(1, rate: 0.1m);

    [GlobalSetup(Targets = [nameof(OneRuleByAddress)])]
    public void SetUpPlain()
    {
        SetUp(
            """
            {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/tenants"}, "rules": [{"name": "r", "limit_keys": ["ip:address"],
             "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1000000, "burst": 1000000}}]}}]}
            """, 0, ManyKeys);
        for (int key = 0; key < ManyKeys; key++) Decide((uint)key, null);
    }

    [GlobalSetup(Targets = [nameof(OneAccess)])]
    public void SetUpAccess()
    {
        _memory = new MemoryContender(ManyKeys);
        KeyDraw.Uniform(ManyKeys, Operations, 1).CopyTo(_draw, 0);
    }

    [GlobalCleanup]
    public void Clean() => _table?.Dispose();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int OnePolicy() => DecideAll();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int TenPolicies() => DecideAll();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int ThousandPolicies() => DecideAll();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int ThousandPoliciesNoneMatches() => DecideAll();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int OnePolicyRejects() => DecideAll();

    /// <summary>No token, a million addresses: nearly every one waits for memory.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int OneRuleByAddress()
    {
        int passed = 0;
        foreach (int key in _draw) passed += Decide((uint)key, null);
        return passed;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int OneAccess() => _memory!.Pass(_draw, 0);

    [Benchmark(OperationsPerInvoke = Operations)]
    public int AHundredThousandPolicies() => DecideAll();

    private void SetUp(int policies, decimal rate)
    {
        string Policy(int i) => $$"""
            {"id": "tenant-{{i}}", "spec": {"selector": {"pathPrefix": "/tenants/{{i}}/v1", "hosts": ["h{{i % 100}}.example.com"]}, "rules": [
              {"name": "subject", "limit_keys": ["jwt:sub"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": {{rate}}, "burst": 1000000} },
              {"name": "address", "limit_keys": ["ip:address"], "match": {"jwt:plan": "gold"}, "algorithm": "token_bucket",
               "algorithm_config": {"tokens_per_second": {{rate}}, "burst": {{(rate < 1 ? "1" : "1000000")}} } }] } }
            """;
        SetUp($$"""{"bundle_version": 1, "policies": [{{string.Join(',', Enumerable.Range(0, policies).Select(Policy))}}]}""", policies / 2, Clients);
        for (int client = 0; client < Clients; client++) Decide((uint)client, _authorizations[client]);
    }

    private void SetUp(string bundle, int tenant, int keys)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        JwtKeySet set = JwtKeySet.Load([new JwtKeySource("secret", Encoding.ASCII.GetBytes("base64:" + Convert.ToBase64String(secret)), "HS256")], null, out _)!;
        for (int client = 0; client < Clients; client++) _authorizations[client] = Encoding.ASCII.GetBytes("Bearer " + Token(secret, client));
        _table = LimiterTable.Create(128 << 20, 0x5eed);
        _engine = new PolicyEngine(_table, 1);
        BundleReadResult read = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(bundle), DateTimeOffset.FromUnixTimeMilliseconds(UnixMs));
        _engine.Apply(read.Snapshot ?? throw new InvalidOperationException(read.Errors[0].Message));
        _engine.Use(new EngineSettings { Sources = new() { Jwt = new JwtSettings { Keys = set } } });
        _path = Encoding.ASCII.GetBytes($"/tenants/{tenant}/v1/items/17");
        _host = Encoding.ASCII.GetBytes($"h{tenant % 100}.example.com");
        KeyDraw.Uniform(keys, Operations, 1).CopyTo(_draw, 0);
    }

    private static string Token(byte[] secret, int client)
    {
        string Part(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(json));
        string signed = Part("""{"alg":"HS256","typ":"JWT"}""") + "." + Part(
            $$"""{"iss":"https://login.example.com","sub":"user-{{client:D8}}","aud":"api","exp":1900000000,"iat":1770000000,"plan":"gold","org":"org-{{client % 64}}","scope":"read write"}""");
        return signed + "." + System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));
    }

    private int DecideAll()
    {
        int passed = 0;
        foreach (int client in _draw) passed += Decide((uint)client, _authorizations[client]);
        return passed;
    }

    private int Decide(uint address, byte[]? authorization)
    {
        PolicyTurn turn = _engine!.Enter(0);
        var request = new GatewayRequest(address, _path, _host, authorization, turn.Describer, UnixMs);
        Decision decision = turn.Decide(in request, _nowNs += StepNs, UnixMs);
        DecisionLease lease = decision.Lease;
        _engine.Release(ref lease, _nowNs, 0);
        return decision.Allowed ? 1 : 0;
    }
}
