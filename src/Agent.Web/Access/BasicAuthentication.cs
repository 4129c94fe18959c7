using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Agent.Web.Access;

/// <summary>Name and password, asked for on some paths.</summary>
/// <remarks>Hashes are compared, so that neither length nor content shows in how long a refusal takes.</remarks>
public sealed class BasicAuthentication
{
    private const string Scheme = "Basic ";
    private readonly byte[] _name;
    private readonly byte[] _password;
    private readonly HttpBlock.FilterOptions? _filter;

    public BasicAuthentication(HttpBlock.BasicOptions basic, HttpBlock.FilterOptions? filter)
    {
        _name = Hash(basic.Username);
        _password = Hash(basic.Password.Reveal());
        _filter = filter;
    }

    /// <summary>True where <paramref name="path"/> needs no name, or <paramref name="header"/> (Authorization) gives the right one.</summary>
    public bool Allows(string path, string? header) => !Covers(path) || IsRight(header);

    private bool Covers(string path)
    {
        if (_filter is null)
        {
            return true;
        }
        bool matches = _filter.Paths.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
        return matches == _filter.AuthenticateMatchingPaths;
    }

    private bool IsRight(string? header)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim());
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(bytes.Length)];
        if (Base64.DecodeFromUtf8(bytes, decoded, out _, out int length) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }
        ReadOnlySpan<byte> pair = decoded.AsSpan(0, length);
        int colon = pair.IndexOf((byte)':');
        if (colon < 0)
        {
            return false;
        }
        // Both are always compared: which of the two was wrong must not show.
        bool name = CryptographicOperations.FixedTimeEquals(SHA256.HashData(pair[..colon]), _name);
        bool password = CryptographicOperations.FixedTimeEquals(SHA256.HashData(pair[(colon + 1)..]), _password);
        return name & password;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
