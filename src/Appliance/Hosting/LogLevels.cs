using Appliance.Configuration;
using Serilog.Events;

namespace Appliance.Hosting;

/// <summary>The config's words for the log's levels.</summary>
internal static class LogLevels
{
    public static LogEventLevel Of(LogThreshold threshold) => threshold switch
    {
        LogThreshold.Debug => LogEventLevel.Debug,
        LogThreshold.Warning => LogEventLevel.Warning,
        LogThreshold.Error => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };
}
