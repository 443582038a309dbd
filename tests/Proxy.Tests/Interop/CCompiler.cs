using System.Diagnostics;
using System.Globalization;
using System.Text;
using TestSupport;

namespace Proxy.Tests.Interop;

/// <summary>Asks the C compiler, which reads the headers that count.</summary>
internal static class CCompiler
{
    /// <summary>The values of integer expressions, with the headers included.</summary>
    public static string[] Evaluate(IEnumerable<string> headers, IEnumerable<string> expressions)
    {
        using var folder = new TemporaryFolder("interop-");
        var program = new StringBuilder("#define _GNU_SOURCE\n");
        foreach (string header in headers)
        {
            program.Append(CultureInfo.InvariantCulture, $"#include <{header}.h>\n");
        }

        program.Append("int main(void) {\n");
        foreach (string expression in expressions) program.Append(CultureInfo.InvariantCulture, $"printf(\"%lld\\n\", (long long)({expression}));\n");
        string source = folder.PathOf("probe.c"), binary = folder.PathOf("probe");
        File.WriteAllText(source, program.Append("return 0; }\n").ToString());
        Run("cc", "-o", binary, source);
        return Run(binary).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Run(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result);
            return output;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException($"this test needs a C compiler with the headers of the kernel and of OpenSSL (libssl-dev) (`{file}`): {error.Message}");
        }
    }
}
