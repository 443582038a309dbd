using System.Globalization;
using System.Net;

namespace Probe;

/// <summary>What to measure, how often and for how long.</summary>
internal sealed class ProbeOptions
{
    public const string Usage = """
        probe http http://ADDRESS:PORT/PATH [options]   one request per tick
        probe tcp ADDRESS:PORT [options]                one connection per tick, closed once established

          --interval 1ms      time between ticks
          --duration 20s      end of the run; SIGTERM or SIGINT ends it earlier
          --settle 300ms      how much of an answering service must be seen after such a signal
          --timeout 1s        an attempt without an answer for this long has failed
          --warmup 300ms      silence that ends within this time is not counted
          --reuse             keep connections open and use them again (http)
          --header NAME:VALUE sent with every request (http)

        Prints `ready` once answers come and the warm-up is over, and the results as KEY=VALUE lines at the end.
        """;

    public bool IsHttp { get; private set; }

    public IPEndPoint Target { get; private set; } = new(IPAddress.Loopback, 0);

    public string Path { get; private set; } = "/";

    public string Headers { get; private set; } = "";

    public bool Reuse { get; private set; }

    public TimeSpan Interval { get; private set; } = TimeSpan.FromMilliseconds(1);

    public TimeSpan Duration { get; private set; } = TimeSpan.FromSeconds(20);

    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(1);

    public TimeSpan Warmup { get; private set; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan Settle { get; private set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Null when the arguments make no sense.</summary>
    public static ProbeOptions? Parse(string[] args)
    {
        var options = new ProbeOptions();
        try
        {
            return args.Length >= 2 && options.ReadTarget(args[0], args[1]) && options.ReadOptions(args.AsSpan(2)) ? options : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool ReadTarget(string kind, string target)
    {
        IsHttp = kind == "http";
        if (!IsHttp && kind != "tcp") return false;
        if (!IsHttp)
        {
            Target = IPEndPoint.Parse(target);
            return true;
        }

        var url = new Uri(target, UriKind.Absolute);
        Target = new IPEndPoint(IPAddress.Parse(url.Host), url.Port);
        Path = url.PathAndQuery;
        return url.Scheme == "http";
    }

    private bool ReadOptions(ReadOnlySpan<string> args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--reuse")
            {
                Reuse = true;
                continue;
            }

            if (i + 1 == args.Length || !ReadPair(args[i], args[i + 1])) return false;
            i++;
        }

        // Bounded on purpose: a probe left alone must end, and must not become a load test.
        return Interval >= TimeSpan.FromMilliseconds(0.2) && Duration <= TimeSpan.FromMinutes(5) && Timeout > TimeSpan.Zero;
    }

    private bool ReadPair(string name, string value)
    {
        switch (name)
        {
            case "--interval": Interval = ReadDuration(value); return true;
            case "--duration": Duration = ReadDuration(value); return true;
            case "--timeout": Timeout = ReadDuration(value); return true;
            case "--settle": Settle = ReadDuration(value); return true;
            case "--warmup": Warmup = ReadDuration(value); return true;
            case "--header": Headers += value.Replace(":", ": ", StringComparison.Ordinal) + "\r\n"; return true;
            default: return false;
        }
    }

    private static TimeSpan ReadDuration(string text) => text.EndsWith("ms", StringComparison.Ordinal)
        ? TimeSpan.FromMilliseconds(double.Parse(text[..^2], CultureInfo.InvariantCulture))
        : text.EndsWith('s')
            ? TimeSpan.FromSeconds(double.Parse(text[..^1], CultureInfo.InvariantCulture))
            : throw new FormatException(text);
}
