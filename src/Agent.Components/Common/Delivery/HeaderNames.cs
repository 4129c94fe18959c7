using System.Buffers;

namespace Agent.Components.Common.Delivery;

internal static class HeaderNames
{
    /// <summary>What a header's name may be made of (RFC 9110, token).</summary>
    public static readonly SearchValues<char> Characters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}
