using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>Answers a question that is not put to the engine: what was wrong with it, and the mend.</summary>
internal static class DecisionRefusal
{
    public static void Answer(LocalExchange exchange, DecisionFault fault)
    {
        exchange.Status = fault switch { DecisionFault.Untrusted => 403, DecisionFault.TooLong => 414, _ => 400 };
        exchange.Output.WriteText(fault switch
        {
            DecisionFault.Untrusted => "X-Original-* is only believed from trusted_proxies; add the gateway's address there\n"u8,
            DecisionFault.TooLong => "the URI asked about is longer than 16 KiB\n"u8,
            DecisionFault.BadHost => "the host asked about is not a valid host name\n"u8,
            _ => "the URI asked about is not a valid path\n"u8,
        });
    }

    /// <summary>As metrics name it.</summary>
    public static string NameOf(DecisionFault fault) => SnakeCase.Of(fault.ToString());
}
