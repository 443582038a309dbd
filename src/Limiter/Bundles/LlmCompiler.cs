using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm_config` of a token_bucket_llm (part B sections 2.3 and 2.4): all defaults are applied here.</summary>
internal static class LlmCompiler
{
    private const decimal DefaultMaxCompletion = 1000;
    private const int SecondsPerMinute = 60;

    /// <summary>Null after an error.</summary>
    public static LlmLimit? Compile(FieldReader fields, int instanceShare)
    {
        LintUnknown(fields);
        decimal perMinute = fields.RequiredPositive("tokens_per_minute");
        decimal burst = fields.Positive("burst_tokens") ?? perMinute;
        decimal? perDay = CostBudgetCompiler.BudgetField(fields, "tokens_per_day", required: false, instanceShare);
        long perRequest = Cap(fields, "max_tokens_per_request") ?? long.MaxValue;
        long prompt = Cap(fields, "max_prompt_tokens") ?? long.MaxValue;
        long? completion = Cap(fields, "max_completion_tokens");
        decimal defaultCompletion = fields.Positive("default_max_completion") ?? DefaultMaxCompletion;
        TokenEstimator estimator = Estimator(fields);
        LlmStreaming? streaming = StreamingCompiler.Compile(fields, completion);
        if (!fields.IsSound || streaming is null) return null;

        if (burst < perMinute) fields.Refuse("burst_tokens", "burst_tokens must be >= tokens_per_minute");
        decimal rate = perMinute / instanceShare / SecondsPerMinute;
        burst /= instanceShare;
        BucketRange.Check(fields, "tokens_per_minute", rate, fields.Has("burst_tokens") ? "burst_tokens" : "tokens_per_minute", burst);
        if (!fields.IsSound) return null;

        var limit = new LlmLimit
        {
            PerMinute = TokenBucket.Compile(rate, burst, [], foreignCosts: false, LlmLimit.LongestOverdraft),
            PerDay = perDay is { } budget ? PeriodBudget.Compile(budget, BudgetPeriod.Day, [], foreignCosts: false) : null,
            MaxTokensPerRequest = perRequest,
            MaxPromptTokens = prompt,
            MaxCompletionTokens = completion ?? long.MaxValue,
            DefaultMaxCompletion = (long)Math.Ceiling(Math.Min(defaultCompletion, TokenBucket.MaxTokens)),
            Estimator = estimator,
            Streaming = streaming,
        };
        long reserved = limit.CompletionFor(0);
        if (reserved > Math.Min(burst, Math.Min(perRequest, perDay ?? decimal.MaxValue)))
            fields.Lint("default_max_completion", $"a request that names no maximum reserves {reserved} tokens, more than one may have: it is rejected");
        return limit;
    }

    /// <summary>Requests are counted in whole tokens, so that a fraction of a cap means nothing. Null when absent.</summary>
    private static long? Cap(FieldReader fields, string field) =>
        fields.Positive(field) is { } cap ? (long)Math.Floor(Math.Min(cap, TokenBucket.MaxTokens)) : null;

    private static TokenEstimator Estimator(FieldReader fields)
    {
        if (fields.OptionalTable("token_source") is not { } node) return TokenEstimator.SimpleWord;
        fields.Findings.LintUnknown(node, "estimator");
        BundleNode? estimator = node.Member("estimator");
        if (estimator is null or { IsString: true, Text: "simple_word" }) return TokenEstimator.SimpleWord;
        if (estimator is { IsString: true, Text: "header_hint" }) return TokenEstimator.HeaderHint;
        fields.RefuseAt(estimator, "token_source.estimator must be one of: simple_word, header_hint");
        return TokenEstimator.SimpleWord;
    }

    private static void LintUnknown(FieldReader fields)
    {
        const string Misnomer = "default_max_completion_tokens";
        fields.Findings.LintUnknown(
            fields.Table, "tokens_per_minute", "tokens_per_day", "burst_tokens", "max_tokens_per_request", "max_prompt_tokens", "max_completion_tokens",
            "default_max_completion", "token_source", "streaming", AlgorithmCompiler.Repeated, Misnomer);
        if (fields.Has(Misnomer)) fields.Lint(Misnomer, "unknown field, ignored; the right name is default_max_completion");
    }
}
