using Appliance.Cli;

namespace Appliance.Policies;

/// <summary>Tells an operator what is wrong with a bundle.</summary>
internal static class BundleReport
{
    /// <summary>Errors go to <paramref name="error"/>, lints to <paramref name="output"/>; lints alone are no failure.</summary>
    public static ExitCode Print(string file, BundleTerms terms, TextWriter output, TextWriter error)
    {
        BundleRead bundle = BundleSource.Read(file, DateTimeOffset.UtcNow, terms.Options, terms.Signature);
        Print(bundle, output, error);
        return CodeOf(bundle);
    }

    public static void Print(BundleRead bundle, TextWriter output, TextWriter error)
    {
        foreach (string mistake in bundle.Errors) error.WriteLine(mistake);
        foreach (string lint in bundle.Lints) output.WriteLine($"{lint} (lint)");
    }

    public static ExitCode CodeOf(BundleRead bundle)
    {
        if (bundle.Snapshot is not null) return ExitCode.Ok;
        return bundle.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid;
    }
}
