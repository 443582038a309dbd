using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `retry`.</summary>
internal static class RetrySection
{
    private static readonly DurationKind Limit = new(0, 86_400_000);

    private static readonly ValueKey<int> Attempts = new("attempts", new IntegerKind(1, 16), "3",
        "Tries in all, each on another server, 1 to 16; 1: no retry.");
    private static readonly ListKey<RetryCause> On = new("on", new RetryCauseKind(), ["error", "timeout"],
        "What is tried again: error, timeout, and statuses such as 502.");
    private static readonly ValueKey<bool> NonIdempotent = new("non_idempotent", Kinds.Boolean, "false",
        "Try requests such as POST again even when they may have reached a server.");
    private static readonly ValueKey<TimeSpan> TryTimeout = new("try_timeout", Limit, "0s",
        "Limit of one try, up to the response's headers; 0s: the listener's limits alone.");
    private static readonly ValueKey<TimeSpan> TotalTimeout = new("total_timeout", Limit, "0s",
        "Limit of all tries together, up to the response's headers; 0s: none.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Attempts, On, NonIdempotent, TryTimeout, TotalTimeout], ["budget", "backoff"]);

    /// <summary>Reads the section.</summary>
    public static RetrySettings Read(SectionReader reader)
    {
        ImmutableArray<RetryCause> causes = reader.Get(On);
        return new RetrySettings
        {
            Attempts = reader.Get(Attempts),
            OnError = causes.Any(c => c.Error),
            OnTimeout = causes.Any(c => c.Timeout),
            OnStatuses = [.. causes.Select(c => c.Status).Where(s => s > 0).Distinct()],
            NonIdempotent = reader.Get(NonIdempotent),
            TryTimeout = reader.Get(TryTimeout),
            TotalTimeout = reader.Get(TotalTimeout),
        };
    }
}
