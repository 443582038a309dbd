using System.Diagnostics;
using System.Net;

namespace Proxy.Tests.Support;

/// <summary>Independent clients: programs that a test runs to their end.</summary>
internal static class Openssl
{
    /// <summary>`openssl s_client` against a listener; what it printed, with what the server sent.</summary>
    public static Task<string> AskAsync(IPEndPoint address, string input, params string[] arguments) =>
        RunAsync("openssl", input, ["s_client", "-connect", address.ToString(), .. arguments]);

    /// <summary>Runs a program with the text as its input; both outputs together.</summary>
    public static Task<string> RunAsync(string program, string input, params string[] arguments) =>
        RunAsync(Deadline.Limit, program, input, arguments);

    public static async Task<string> RunAsync(TimeSpan limit, string program, string input, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(limit);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            return await output + await errors;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
