using Appliance.Cli;
using Appliance.Proxy;
using Appliance.Proxy.Tls;

namespace Appliance.Hosting;

/// <summary>What the data plane may refuse although the config is valid, as the exit code and text an operator gets. The one place that knows.</summary>
internal static class ApplyFailure
{
    /// <summary>True for a refusal; false for a defect of ours, which nobody should catch.</summary>
    public static bool TryExplain(Exception error, out OrderResult result)
    {
        result = error switch
        {
            ListenException listen => new OrderResult(listen.NotPermitted ? ExitCode.NotPermitted : ExitCode.Failed, listen.Message),
            TlsException tls => new OrderResult(ExitCode.Invalid, tls.Message),
            _ => default,
        };
        return result.Text is not null;
    }
}
