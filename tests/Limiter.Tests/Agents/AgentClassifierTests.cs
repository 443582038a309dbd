using System.Text;
using Appliance.Limiter.Agents;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Agents;

public sealed class AgentClassifierTests
{
    [Theory]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "ai_crawler")]
    [InlineData("Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "ai_crawler")]
    [InlineData("GPTBot", "ai_crawler")]
    [InlineData("ClaudeBot", "ai_crawler")]
    [InlineData("ChatGPT-User", "ai_assistant_user")]
    [InlineData("Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/131.0 Safari/537.36; compatible; ChatGPT-User/1.0; +https://openai.com/bot", "ai_assistant_user")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "search_engine")]
    [InlineData("mozilla/5.0 (compatible; GOOGLEBOT/2.1)", "search_engine")]
    [InlineData("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "search_engine")]
    [InlineData("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "social_preview")]
    [InlineData("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "social_preview")]
    [InlineData("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitoring_uptime")]
    [InlineData("kube-probe/1.31", "monitoring_uptime")]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "seo_research")]
    [InlineData("Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)", "archiver")]
    [InlineData("AdsBot-Google (+http://www.google.com/adsbot.html)", "other_bot")]
    [InlineData("SomethingNobodyKnows-Crawler/0.1", "other_bot")]
    [InlineData("python-requests/2.32.3", "other_bot")]
    public void KnownBotsHaveTheirCategory(string userAgent, string category)
    {
        Assert.Equal(category, Category(userAgent));
        Assert.Equal("true", Encoding.ASCII.GetString(BotCategoryNames.IsBot(AgentClassifier.Shipped.Classify(Encoding.UTF8.GetBytes(userAgent)))));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 380.0")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")]
    [InlineData("Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36")]
    [InlineData("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/95.0 Safari/537.36 SE 2.X MetaSr 1.0")]
    [InlineData("Mozilla/5.0 (Linux; Android 13; V2055A; wv) AppleWebKit/537.36 Version/4.0 Chrome/109.0 Mobile Safari/537.36 NewsArticle/9.8 ToutiaoMicroApp/3")]
    [InlineData("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 (Ecosia android@120.0)")]
    [InlineData("Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/190.0; U; en) Presto/2.5.25 Version/10.54")]
    [InlineData("okhttp/4.12.0")]
    [InlineData("MyApp/2.1 CFNetwork/1568.100.1 Darwin/24.0.0")]
    [InlineData("")]
    public void PeoplesBrowsersAreNoBots(string userAgent)
    {
        Assert.Equal("", Category(userAgent));
        Assert.Equal("false", Encoding.ASCII.GetString(BotCategoryNames.IsBot(AgentClassifier.Shipped.Classify(Encoding.UTF8.GetBytes(userAgent)))));
    }

    [Fact]
    public void TheShippedListIsSoundAndEachNameFindsItsOwnCategory()
    {
        IReadOnlyList<BotPattern> patterns = BotPatternReader.ReadShipped();
        Assert.InRange(patterns.Count, 300, 1000);
        Assert.Equal(8, patterns.Select(pattern => pattern.Category).Distinct().Count());
        foreach (BotPattern pattern in patterns)
            Assert.Equal(pattern.Category, AgentClassifier.Shipped.Classify(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(pattern.Text).ToUpperInvariant())));
        Assert.InRange(AgentClassifier.Shipped.Bytes, 1, 2_000_000);
    }

    /// <summary>The definition, letter by letter, over names and headers of few letters so that names overlap and nest.</summary>
    [Fact]
    public void TheLongestNameDecidesAsInANaiveSearch() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "abAB~"[random.Next(5)]));
            string[] names = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Text(random.Next(1, 7)).ToLowerInvariant()).Distinct()];
            BotPattern[] patterns = [.. names.Select(name => new BotPattern(Encoding.ASCII.GetBytes(name), (BotCategory)random.Next(1, 9)))];
            string header = Text(random.Next(40));
            var found = patterns.Select(pattern => (pattern, At: header.IndexOf(Encoding.ASCII.GetString(pattern.Text), StringComparison.OrdinalIgnoreCase)))
                .Where(hit => hit.At >= 0).OrderByDescending(hit => hit.pattern.Text.Length).ThenBy(hit => hit.At).ToArray();
            BotCategory expected = found.Length == 0 ? BotCategory.None : found[0].pattern.Category;
            return new AgentClassifier(patterns).Classify(Encoding.ASCII.GetBytes(header)) == expected;
        }));

    [Fact]
    public void WhatStandsBeyondTheBoundIsNotLookedAt()
    {
        string filler = new('x', AgentClassifier.MaxHeaderBytes - "googlebot".Length);
        Assert.Equal("search_engine", Category(filler + "googlebot"));
        Assert.Equal("", Category(filler + "ygooglebot"));
    }

    [Fact]
    public void BytesBeyondAsciiAreNoLetters()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.Equal(BotCategory.None, AgentClassifier.Shipped.Classify(all));
        Assert.Equal(BotCategory.SearchEngine, AgentClassifier.Shipped.Classify([.. all, .. "bingBOT"u8, .. all]));
    }

    [Theory]
    [InlineData("googlebot")]
    [InlineData("[no_such_category]\ngooglebot")]
    [InlineData("[archiver]\nabc")]
    [InlineData("[archiver]\nabcd \nx")]
    [InlineData("[archiver]\nabcd\n[other_bot]\nABCD")]
    [InlineData("[archiver]\nabcd\u00e9")]
    public void ABadListIsRefused(string text) => Assert.Throws<FormatException>(() => BotPatternReader.Read(text));

    [Fact]
    public void ClassifyingAllocatesNothing()
    {
        byte[] header = Encoding.ASCII.GetBytes("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
        AgentClassifier classifier = AgentClassifier.Shipped;
        int bytes = 0;
        for (int i = 0; i < 100; i++) bytes += BotCategoryNames.CategoryOf(classifier.Classify(header)).Length;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) bytes += BotCategoryNames.CategoryOf(classifier.Classify(header)).Length;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
        Assert.Equal(1100 * "search_engine".Length, bytes);
    }

    private static string Category(string userAgent) =>
        Encoding.ASCII.GetString(BotCategoryNames.CategoryOf(AgentClassifier.Shipped.Classify(Encoding.UTF8.GetBytes(userAgent))));
}
