using System.Numerics;

namespace Agent.Storage.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_is_that_of_the_standard() => Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));

    [Fact]
    public void Lanes_give_what_one_byte_after_the_other_gives()
    {
        byte[] data = new byte[20_000];
        new Random(1).NextBytes(data);
        for (int length = 0; length < data.Length; length += 97)
        {
            uint expected = uint.MaxValue;
            foreach (byte value in data.AsSpan(0, length))
            {
                expected = BitOperations.Crc32C(expected, value);
            }
            Assert.Equal(~expected, Crc32C.Of(data.AsSpan(0, length)));
            Assert.Equal(~expected, Crc32C.Append(Crc32C.Of(data.AsSpan(0, length / 3)), data.AsSpan(length / 3, length - (length / 3))));
        }
    }
}
