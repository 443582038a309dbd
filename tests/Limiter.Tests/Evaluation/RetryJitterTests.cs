using System.Security.Cryptography;
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
    public void TheFormulaIsTheReferences()
    {
        byte[] mac = HMACSHA256.HashData("fairvisor-retry-jitter"u8, Encoding.ASCII.GetBytes("|0.0.0.7|/v1/x"));
        string seed = "retry_jitter:v1|p|r|token_bucket_exceeded||" + Convert.ToHexStringLower(mac.AsSpan(0, 4));
        long hash = 0;
        foreach (byte value in Encoding.ASCII.GetBytes(seed)) hash = (hash * 131 + value) % 1_000_003;
        Assert.Equal((int)Math.Ceiling(1000 + hash / 1_000_003.0 * 500), Wait(1000, 7));
    }

    private static int Wait(int baseSeconds, uint client) =>
        RetryJitter.Apply(baseSeconds, "p", "r", DecisionReason.TokenBucketExceeded, ClientAddress.FromIPv4(client), "/v1/x"u8);
}
