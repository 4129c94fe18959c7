using Agent.Conversion;

namespace Agent.Run;

/// <summary>Reads what is to be converted, and not much more than is allowed.</summary>
internal static class BoundedInput
{
    private const int BlockSize = 64 * 1024;

    /// <summary>The whole input; one that is too large is cut off, but still too large for the converter, which says so.</summary>
    public static byte[] Read(Stream input)
    {
        using var all = new MemoryStream();
        var block = new byte[BlockSize];
        for (int count = input.Read(block); count > 0 && all.Length <= ConfigurationConverter.MostBytes; count = input.Read(block))
        {
            all.Write(block, 0, count);
        }
        return all.ToArray();
    }
}
