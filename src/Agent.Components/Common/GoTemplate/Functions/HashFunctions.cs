using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Checksums and sprig's AES: CBC with the password, cut or filled with zeros, for a key.</summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "sha1sum is what the template asks for.")]
[SuppressMessage("Security", "CA5401:Do not use CreateEncryptor with non-default IV", Justification = "The vector is random, as sprig's.")]
internal static class HashFunctions
{
    private const int KeyLength = 32;
    private const int BlockLength = 16;
    private const uint AdlerModulus = 65521;

    public static void AddTo(FunctionSet functions) => functions
        .AddText("sha1sum", static text => Convert.ToHexStringLower(SHA1.HashData(GoText.ToUtf8(text))))
        .AddText("sha256sum", static text => Convert.ToHexStringLower(SHA256.HashData(GoText.ToUtf8(text))))
        .AddText("sha512sum", static text => Convert.ToHexStringLower(SHA512.HashData(GoText.ToUtf8(text))))
        .AddText("adler32sum", Adler32)
        .Add("encryptAES", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(Encrypt(a[0].AsText, a[1].AsText)))
        .Add("decryptAES", FunctionSet.TwoTexts, Decrypt);

    private static string Adler32(string text)
    {
        uint low = 1;
        uint high = 0;
        foreach (char each in text)
        {
            low = (low + each) % AdlerModulus;
            high = (high + low) % AdlerModulus;
        }
        return ((high << 16) | low).ToString(CultureInfo.InvariantCulture);
    }

    private static Aes Cipher(string password)
    {
        byte[] key = new byte[KeyLength];
        byte[] given = GoText.ToUtf8(password);
        given.AsSpan(0, Math.Min(given.Length, KeyLength)).CopyTo(key);
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }

    private static string Encrypt(string password, string text)
    {
        if (text.Length == 0)
        {
            return "";
        }
        using Aes aes = Cipher(password);
        byte[] vector = RandomNumberGenerator.GetBytes(BlockLength);
        return Convert.ToBase64String([.. vector, .. aes.EncryptCbc(GoText.ToUtf8(text), vector, PaddingMode.PKCS7)]);
    }

    private static GoValue Decrypt(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments[1].AsText.Length == 0)
        {
            return arguments[1];
        }
        if (BaseText.Base64.Decode(arguments[1].AsText, out string error) is not { } encrypted)
        {
            return run.Raise(error);
        }
        byte[] bytes = GoText.ToUtf8(encrypted);
        if (bytes.Length < 2 * BlockLength || bytes.Length % BlockLength != 0)
        {
            return run.Raise("crypto/cipher: input not full blocks");
        }
        using Aes aes = Cipher(arguments[0].AsText);
        byte[] plain = aes.DecryptCbc(bytes.AsSpan(BlockLength), bytes.AsSpan(0, BlockLength), PaddingMode.None);
        int length = plain.Length - plain[^1];
        return length < 0 ? run.Raise("runtime error: slice bounds out of range") : GoValue.Of(GoText.FromUtf8(plain.AsSpan(0, length)));
    }
}
