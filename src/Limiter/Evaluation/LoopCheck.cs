using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Counts identical requests (part B section 2.7). Identical are method, path, query whatever the order of its parameters, body where it was
/// read, and every descriptor that the policy looks at; a policy that looks at none tells clients apart by their address, else all clients of a
/// page would be one loop. Hits count even if the request is rejected.
/// </summary>
internal static class LoopCheck
{
    public const int MostDelayMs = 30_000;
    private const int DelayMsPerHit = 100;

    /// <summary>The number of identical requests in the window, this one included; 0 when no slot could be had.</summary>
    public static ulong Count<TRequest>(LimiterTable table, BoundPolicy bound, in EvaluationTime time, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        SlotIdentity identity = Fingerprint(bound.Policy, bound.LoopSeeds!.For(shadow), in request);
        var add = new CounterAdd(1, SlotWord.MaxCounter, time.After(bound.Policy.Loop!.WindowSeconds * 1000L), time.Units);
        return table.Apply(identity, ref add) == TakeOutcome.NoSlot ? 0 : add.Used;
    }

    public static int DelayMs(ulong count) => (int)Math.Min(count, MostDelayMs / DelayMsPerHit) * DelayMsPerHit;

    private static SlotIdentity Fingerprint<TRequest>(Policy policy, IdentitySeeds seeds, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        seeds = seeds.Append(request.Method).Append(request.Path).Append(Unordered(request.Query, seeds.Low)).Append(request.Llm.BodyHash);
        foreach (LimitKey key in policy.Descriptors)
        {
            if (key.Kind == LimitKeyKind.ClientAddress) seeds = Append(seeds, request.Client);
            else seeds = key.TryGetValue(in request, out ReadOnlySpan<byte> value) ? seeds.Append(1).Append(value) : seeds.Append(0);
        }

        return (policy.Descriptors.Length == 0 ? Append(seeds, request.Client) : seeds).ToIdentity();
    }

    private static IdentitySeeds Append(IdentitySeeds seeds, ClientAddress client) => seeds.Append((ulong)(client.Bits >> 64)).Append((ulong)client.Bits);

    /// <summary>A sum over the parameters' digests is the same in any order, and needs no room to sort.</summary>
    private static ulong Unordered(ReadOnlySpan<byte> query, ulong seed)
    {
        ulong sum = 0;
        while (!query.IsEmpty)
        {
            int end = query.IndexOf((byte)'&');
            sum += XxHash64.DigestOf(end < 0 ? query : query[..end], seed);
            query = end < 0 ? default : query[(end + 1)..];
        }

        return sum;
    }
}
