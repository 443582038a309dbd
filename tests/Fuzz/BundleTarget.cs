using System.Text;
using Appliance.Limiter;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Policy bundles: a snapshot or errors with a place; what was taken can be evaluated.</summary>
internal sealed class BundleTarget : ITarget
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 14, 30, 0, TimeSpan.Zero);
    private readonly LimiterTable _table = LimiterTable.Create(1 << 16, 42);
    private long _nowNs = 1;

    public string Name => "bundle";

    public int MaximumLength => 30_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "null", "true", "-0", "1e308", "1e-308", "NaN", "0.5", "9007199254740993", "\"\"", "\"/\"", "\"\\ud800\"", "\"jwt:sub\"", "\"ip:address\"", "\"header:cost\"", "\"ua:bot\"",
            "\"token_bucket\"", "\"cost_based\"", "\"token_bucket_llm\"", "\"concurrency\"", "\"1mo\"", "\"5m\"", "\"reject\"", "\"throttle\"", "\"shadow\"", "\"mode\":", "\"burst\":", "\"limit\":1",
            "\"tokens_per_second\":", "\"budget\":", "\"threshold_percent\":100", "\"pathPrefix\":", "\"hosts\":[\"*.a.example\"]", "\"methods\":[\"GET\"]", "\"match\":{", "\"overrides\":{", "\"fallback_limit\":{",
            "\"loop_detection\":{\"enabled\":true,\"window_seconds\":1,\"threshold_identical_requests\":2},", "\"kill_switches\":[{\"selector\":{\"pathPrefix\":\"/\"}}],", "\"instance_share\":\"1/3\",",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        BundleReadResult result = PolicyBundleReader.Read(input, Now);
        Require(result.Snapshot is null == result.Errors.Length > 0, "there is a snapshot or an error");
        int lines = input.Count((byte)'\n') + 1;
        foreach (BundleError finding in result.Errors.Concat(result.Lints))
        {
            Require(finding.Line >= 1 && finding.Line <= lines && finding.Column >= 1, "a finding has a place in the file");
            Require(finding.Message.Length is > 0 and < 6000 && (finding.Pointer.Length == 0 || finding.Pointer[0] == '/'), "a finding has a message and a pointer");
        }

        if (result.Snapshot is not { } snapshot) return HashCode.Combine(result.Errors.Length, result.Errors[0].Message.Split(' ')[0], result.Errors[0].Pointer.Count(c => c == '/'));
        Require(snapshot.PolicyCount == snapshot.Policies.Length, "policies are counted");
        return HashCode.Combine(snapshot.PolicyCount, snapshot.RuleCount, result.Lints.Length, Evaluate(snapshot));
    }

    private int Evaluate(PolicySnapshot snapshot)
    {
        var engine = new PolicyEngine(_table, 1);
        engine.Apply(snapshot);
        int kind = 0;
        long unixMs = Now.ToUnixTimeMilliseconds();
        foreach (string path in (string[])["/", "/v1", "/v1/chat/x", "/old"])
        {
            var request = new PlainRequest(Encoding.ASCII.GetBytes(path));
            Decision decision = engine.Decide(in request, _nowNs += 1_000_000, unixMs, 0);
            Require(decision.Allowed || decision.RetryAfterSeconds >= 0, "a reject says when to return");
            Require(!decision.HasLimit || (decision.Remaining >= 0 && decision.Limit >= decision.Remaining), "what is left is part of the limit");
            Require(decision.DelayMs is >= 0 and <= 30_000, "delays are bounded");
            engine.Settle(decision.Lease, 7, _nowNs, 0);
            DecisionLease lease = decision.Lease;
            engine.Release(ref lease, _nowNs, 0);
            kind = HashCode.Combine(kind, decision.Action, decision.Reason);
        }

        return kind;
    }

    private readonly struct PlainRequest(byte[] path) : IRequestView
    {
        public ReadOnlySpan<byte> Method => "POST"u8;

        public ReadOnlySpan<byte> Path => path;

        public ReadOnlySpan<byte> Query => "a=1&n=5"u8;

        public ReadOnlySpan<byte> Host => "api.example.com"u8;

        public ClientAddress Client => ClientAddress.FromIPv4(0xC0000201);

        public bool IsTrusted => true;

        public LlmRequestNumbers Llm => new(100, 50, 3);

        public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => "gold"u8;

        public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
        {
            value = "true"u8;
            return true;
        }

        public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
        {
            value = "17"u8;
            return true;
        }
    }
}
