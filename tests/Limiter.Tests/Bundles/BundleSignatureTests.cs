using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Bundles;

public sealed class BundleSignatureTests
{
    private const string Ed25519Prefix = "302a300506032b6570032100";
    private const string P256Prefix = "3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04";

    /// <summary>RFC 8032 section 7.1, tests 1 to 3.</summary>
    public static TheoryData<string, string, string> Ed25519Vectors => new()
    {
        {
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    [Theory]
    [MemberData(nameof(Ed25519Vectors))]
    public void ThePublishedEd25519SignaturesAreGoodAndAnyOtherBitIsNot(string publicKey, string message, string signature)
    {
        BundleSignature key = Key(Ed25519Prefix + publicKey);
        Assert.Equal("Ed25519", key.Algorithm);
        byte[] text = Convert.FromHexString(message);
        byte[] sound = Convert.FromHexString(signature);
        AssertGood(key, text, sound);
        AssertGood(key, text, Encoding.ASCII.GetBytes(Convert.ToBase64String(sound) + "\n"));
        Assert.False(key.Verify([.. text, 0], sound, out _));
        for (int bit = 0; bit < sound.Length * 8; bit += 7)
        {
            byte[] broken = [.. sound];
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verify(text, broken, out string error));
            Assert.Equal("does not sign this bundle with the Ed25519 key in use", error);
        }
    }

    [Fact]
    public void ThePublishedEcdsaSignatureIsGoodInBothForms()
    {
        // RFC 6979 appendix A.2.5, message "sample" with SHA-256.
        BundleSignature key = Key(P256Prefix
            + "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
        const string R = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716";
        const string S = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
        byte[] raw = Convert.FromHexString(R + S);
        byte[] der = Convert.FromHexString("3046022100" + R + "022100" + S);
        Assert.Equal("ECDSA P-256", key.Algorithm);
        foreach (byte[] signature in new[] { raw, der })
        {
            AssertGood(key, "sample"u8, signature);
            AssertGood(key, "sample"u8, Encoding.ASCII.GetBytes(Convert.ToBase64String(signature, Base64FormattingOptions.InsertLineBreaks)));
            Assert.False(key.Verify("simple"u8, signature, out _));
            Assert.False(key.Verify("sample"u8, [.. signature, 0], out _));
        }
    }

    [Fact]
    public void AKeyDoesNotAcceptAnotherKeysSignature()
    {
        using ECDsa ours = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa theirs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        BundleSignature key = BundleSignature.FromPublicKey(Encoding.ASCII.GetBytes(ours.ExportSubjectPublicKeyInfoPem()), out _)!;
        Assert.True(key.Verify("text"u8, ours.SignData("text"u8, HashAlgorithmName.SHA256), out _));
        Assert.False(key.Verify("text"u8, theirs.SignData("text"u8, HashAlgorithmName.SHA256), out _));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(ours.ExportSubjectPublicKeyInfo())), key.Fingerprint);
    }

    [Fact]
    public void OtherKeysAreRefused()
    {
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        AssertRefused(p384.ExportSubjectPublicKeyInfoPem(), "must be an Ed25519 key or an ECDSA key on P-256");
        AssertRefused(rsa.ExportSubjectPublicKeyInfoPem(), "must be an Ed25519 key or an ECDSA key on P-256");
        AssertRefused(p256.ExportPkcs8PrivateKeyPem(), "holds a private key: give the public one, and replace the pair");
        AssertRefused(p256.ExportSubjectPublicKeyInfoPem() + "\n" + p256.ExportSubjectPublicKeyInfoPem(), "one public key");
        AssertRefused("", "must be a PEM file");
        AssertRefused(p256.ExportSubjectPublicKeyInfoPem() + new string('\n', 20_000), "must be a PEM file");
        AssertRefused(PemEncoding.WriteString("PUBLIC KEY", Convert.FromHexString(Ed25519Prefix + new string('0', 62))), "must be an Ed25519 key");
    }

    [Fact]
    public void AnyBytesAreRefusedWithoutAnException() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (bytes, seed) =>
        {
            using ECDsa ours = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            byte[] pem = Encoding.ASCII.GetBytes(ours.ExportSubjectPublicKeyInfoPem());
            BundleSignature key = BundleSignature.FromPublicKey(pem, out _)!;
            BundleSignature edwards = Key(Ed25519Prefix + Convert.ToHexString(SHA256.HashData(bytes)));
            var random = new Random(seed);
            byte[] noise = new byte[random.Next(2000)];
            random.NextBytes(noise);
            byte[] der = ours.SignData("text"u8, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            der[random.Next(der.Length)] ^= (byte)random.Next(1, 256);
            pem[random.Next(pem.Length)] = (byte)random.Next(256);
            _ = BundleSignature.FromPublicKey(pem, out _);
            return BundleSignature.FromPublicKey(bytes, out _) is null
                && !key.Verify("text"u8, bytes, out _) && !key.Verify("text"u8, noise, out _) && !key.Verify("text"u8, der, out _)
                && !edwards.Verify("text"u8, noise, out _) && !edwards.Verify("text"u8, noise.AsSpan(0, Math.Min(64, noise.Length)), out _);
        }));

    private static BundleSignature Key(string subjectPublicKeyInfo)
    {
        byte[] pem = Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", Convert.FromHexString(subjectPublicKeyInfo)));
        BundleSignature? key = BundleSignature.FromPublicKey(pem, out string error);
        Assert.Equal("", error);
        return key!;
    }

    private static void AssertGood(BundleSignature key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        Assert.True(key.Verify(text, signature, out string error));
        Assert.Equal("", error);
    }

    private static void AssertRefused(string pem, string message)
    {
        Assert.Null(BundleSignature.FromPublicKey(Encoding.ASCII.GetBytes(pem), out string error));
        Assert.Contains(message, error);
    }
}
