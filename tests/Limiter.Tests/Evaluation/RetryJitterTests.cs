using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Evaluation;

namespace Limiter.Tests.Evaluation;

public sealed class RetryJitterTests
{
    [Fact]
    public void TheWaitIsWithinHalfOfTheBaseTheSameForOneClientAndDifferentAmongClients()
    {
        var waits = new HashSet<int>();
        for (uint client = 1; client <= 200; client++)
        {
            int wait = Wait(100, client);
            Assert.InRange(wait, 100, 150);
            Assert.Equal(wait, Wait(100, client));
            waits.Add(wait);
        }

        Assert.True(waits.Count > 25);
    }

    [Fact]
    public void EveryPartCountsAndTheWaitsAreSpreadEvenly()
    {
        double Of(string policy, string rule, DecisionReason reason, uint client, string path) =>
            RetryJitter.Ratio(policy, rule, reason, default, ClientAddress.FromIPv4(client), Encoding.ASCII.GetBytes(path));
        double[] all =
        [
            Of("p", "r", DecisionReason.TpmExceeded, 7, "/"), Of("q", "r", DecisionReason.TpmExceeded, 7, "/"), Of("p", "s", DecisionReason.TpmExceeded, 7, "/"),
            Of("p", "r", DecisionReason.TpdExceeded, 7, "/"), Of("p", "r", DecisionReason.TpmExceeded, 8, "/"), Of("p", "r", DecisionReason.TpmExceeded, 7, "/x"),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
        int[] tenths = new int[10];
        for (uint client = 0; client < 10_000; client++) tenths[(int)(Of("p", "r", DecisionReason.TpmExceeded, client, "/") * 10)]++;
        Assert.All(tenths, count => Assert.InRange(count, 850, 1150));
    }

    [Theory]
    [InlineData(10, 0, false, 10, 10)]
    [InlineData(10, 0.99999, false, 15, 15)]
    [InlineData(10, 0.99999, true, 15, 6)]
    [InlineData(3600, 0.5, true, 3630, 2700)]
    [InlineData(3600, 0.99999, false, 5400, 5400)]
    [InlineData(1, 0.001, false, 2, 2)]
    [InlineData(1, 0.99999, true, 2, 1)]
    public void BudgetsSendClientsBackAfterTheWindowUnlessTheReferenceIsWanted(int seconds, double ratio, bool window, int native, int reference)
    {
        Assert.Equal(native, RetryJitter.Apply(seconds, ratio, window, asReference: false));
        Assert.Equal(reference, RetryJitter.Apply(seconds, ratio, window, asReference: true));
    }

    [Fact]
    public void TheSubjectTellsClientsOfOneAddressApart()
    {
        double Of(string subject) => RetryJitter.Ratio(
            "p", "r", DecisionReason.BudgetExceeded, Encoding.ASCII.GetBytes(subject), ClientAddress.FromIPv4(7), "/v1/x"u8);
        Assert.NotEqual(Of("alice"), Of("bob"));
        Assert.Equal(Of(new string('x', 128)), Of(new string('x', 5000)));
    }

    private static int Wait(int baseSeconds, uint client) => RetryJitter.Apply(
        baseSeconds, RetryJitter.Ratio("p", "r", DecisionReason.TokenBucketExceeded, default, ClientAddress.FromIPv4(client), "/v1/x"u8),
        endsWithWindow: false, asReference: true);
}
