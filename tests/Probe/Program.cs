using System.Runtime.InteropServices;
using Probe;

if (ProbeOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(ProbeOptions.Usage);
    return 2;
}

// The pool starts slowly by default; an outage needs its failures handled at once.
ThreadPool.SetMinThreads(8, 8);
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
Console.Write(new ProbeRun(options).Run(stop.Token));
return 0;
