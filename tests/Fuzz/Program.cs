using Fuzz;

// Exit codes: 0 nothing found, 1 found, 2 usage.
if (FuzzOptions.Parse(args) is not { } options || Targets.Named(options.Target) is not { Count: > 0 } targets)
{
    Console.Error.WriteLine($"{FuzzOptions.Usage}\ntargets: {string.Join(", ", Targets.All.Select(target => target.Name))}");
    return 2;
}

if (options.Input is { } path)
{
    foreach (ITarget target in targets) Console.WriteLine($"{target.Name}: kind {target.Run(File.ReadAllBytes(path)):x}");
    return 0;
}

bool clean = true;
foreach (ITarget target in targets) clean &= new FuzzRun(target, options, Console.Out).Run();
return clean ? 0 : 1;
