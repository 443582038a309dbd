using System.Text;
using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

public sealed class HostileBundleTests
{
    private static readonly byte[] Sound = Encoding.UTF8.GetBytes(Bundle.Of(
        Bundle.Policy(
            "p", Bundle.Rule("r", Bundle.Bucket("1.5", "3e2", """, "cost_source": "header:x", "default_cost": 2 """), "\"ip:address\", \"header:y\"",
                """ "match": {"header:z": true, "ip:address": "192.0.2.1"}, "on_missing": "reject","""),
            """{"pathPrefix": "/a/b", "pathExact": "/c/", "hosts": ["*.example.com:80", "x.example."], "methods": ["GET"]}""",
            """ "mode": "shadow", "on_table_full": "closed","""),
        Bundle.Policy("q", "")));

    [Fact]
    public void AnyBytesGiveAResultAndNoException() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsConsistent(PolicyBundleReader.Read(bytes, Bundle.Now))));

    [Fact]
    public void AnyMutationOfABundleGivesAResultAndNoException() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => IsConsistent(PolicyBundleReader.Read(Mutate(seed), Bundle.Now))));

    private static bool IsConsistent(BundleReadResult result) =>
        result.Snapshot is null == result.Errors.Length > 0 && result.Errors.Concat(result.Lints).All(e => e.Line >= 1 && e.Column >= 1);

    /// <summary>A few edits: bytes flipped, cut out, doubled, or a token replaced by one of another type.</summary>
    private static byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        string[] tokens = ["null", "{}", "[]", "-1", "1e400", "\"\"", "true", "\"\\u0000\"", "\"*.\"", "\"/\"", "99999999999999999999999999999999"];
        List<byte> bytes = [.. Sound];
        for (int edit = random.Next(1, 5); edit > 0; edit--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    int colon = bytes.IndexOf((byte)':', at);
                    int end = colon < 0 ? -1 : bytes.FindIndex(colon, b => b is (byte)',' or (byte)'}' or (byte)']');
                    if (end < 0) break;
                    bytes.RemoveRange(colon + 1, end - colon - 1);
                    bytes.InsertRange(colon + 1, Encoding.ASCII.GetBytes(tokens[random.Next(tokens.Length)]));
                    break;
            }

            if (bytes.Count == 0) return [];
        }

        return [.. bytes];
    }
}
