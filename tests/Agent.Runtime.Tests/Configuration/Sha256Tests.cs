using System.Security.Cryptography;
using Agent.Runtime.Configuration;

namespace Agent.Runtime.Tests.Configuration;

public sealed class Sha256Tests
{
    [Fact]
    public void Every_length_and_every_split_hashes_as_the_framework_does()
    {
        byte[] data = new byte[300];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
        {
            int split = length / 3;
            var hash = new Sha256();
            hash.Append(data.AsSpan(0, split));
            hash.Append(data.AsSpan(split, length - split));

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data.AsSpan(0, length))), hash.Finish());
        }
    }
}
