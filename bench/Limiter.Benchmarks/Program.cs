using Limiter.Benchmarks;

switch (args)
{
    case ["limiter", var file, .. var options]:
        return DecisionMatrix.Run(file, options);
    case ["policy", var file]:
        return EvaluationTable.Run(file);
    default:
        Console.Error.WriteLine("""
            usage: Limiter.Benchmarks limiter RESULT_FILE [--keys N] [--rounds N]
                   Limiter.Benchmarks policy RESULT_FILE
            """);
        return 2;
}
