using System.Text;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter.Evaluation;

/// <summary>A rule bound to an engine: its key prefix hashed under the table's seed, its counters, its part of the retry jitter.</summary>
internal sealed class BoundRule
{
    private readonly ulong _prefixHigh;

    public BoundRule(Policy policy, PolicyRule rule, ulong hashSeed, StatisticsBook book)
    {
        PolicyId = policy.Id;
        Rule = rule;
        Counters = book.RuleOf(policy.Id, rule.Name);
        Misses = [.. rule.LimitKeys.Select(key => book.MissesOf(policy.Id, key.Text))];
        byte[] prefix = Prefix(policy.Id, rule.Name, policy.IsShadow ? "shadow:" + PolicyRule.TokenBucketName : PolicyRule.TokenBucketName);
        _prefixHigh = XxHash64.DigestOf(prefix, hashSeed);
        PrefixLow = XxHash64.DigestOf(prefix, ~hashSeed);
    }

    public string PolicyId { get; }

    public PolicyRule Rule { get; }

    public RuleCounters Counters { get; }

    /// <summary>By position in the rule's limit keys; cell 0 of each.</summary>
    public LaneCells[] Misses { get; }

    /// <summary>Seed of the low half of every identity of this rule.</summary>
    public ulong PrefixLow { get; }

    /// <summary>
    /// The high half of the identity of a key: policy id, rule name, algorithm and parts. The prefix's digest is the seed of the parts'.
    /// </summary>
    public ulong HighOf(ReadOnlySpan<byte> parts) => XxHash64.DigestOf(parts, _prefixHigh);

    private static byte[] Prefix(params ReadOnlySpan<string> parts)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (string part in parts)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(part);
            writer.Write(utf8.Length);
            writer.Write(utf8);
        }

        return bytes.ToArray();
    }
}
