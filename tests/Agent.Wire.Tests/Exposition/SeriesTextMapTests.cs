using System.Text;
using Agent.Wire.Exposition;

namespace Agent.Wire.Tests.Exposition;

public sealed class SeriesTextMapTests
{
    [Fact]
    public void The_map_agrees_with_a_dictionary()
    {
        var random = new Random(21);
        using var map = new SeriesTextMap<int>();
        var model = new Dictionary<string, int>();
        for (int round = 0; round < 100_000; round++)
        {
            string text = new string('s', random.Next(20)) + random.Next(500);
            byte[] series = Encoding.UTF8.GetBytes(text);
            Assert.Equal(model.TryGetValue(text, out int expected), map.TryGet(series, out int actual));
            Assert.Equal(expected, actual);
            if (random.Next(3) == 0)
            {
                map.Set(series, round);
                model[text] = round;
            }
            if (round % 5000 == 0)
            {
                int old = round - 2000;
                map.RemoveWhere(value => value < old);
                foreach (string gone in model.Where(pair => pair.Value < old).Select(static pair => pair.Key).ToList())
                {
                    model.Remove(gone);
                }
            }
            Assert.Equal(model.Count, map.Count);
        }
    }

    [Fact]
    public void A_value_can_be_changed_in_place()
    {
        using var map = new SeriesTextMap<int>();
        map.Set("a"u8, 1);
        map.Find("a"u8, out bool found)++;
        Assert.True(found);
        Assert.True(map.TryGet("a"u8, out int value));
        Assert.Equal(2, value);
        map.Find("b"u8, out found);
        Assert.False(found);
    }

    [Fact]
    public void A_map_given_back_can_be_filled_again()
    {
        var map = new SeriesTextMap<int>();
        map.Set("a"u8, 1);
        map.Dispose();
        Assert.False(map.TryGet("a"u8, out _));
        map.Set("a"u8, 2);
        Assert.Equal(1, map.Count);
        map.Dispose();
    }

    [Fact]
    public void Texts_that_are_alike_are_told_apart_and_come_back_whole()
    {
        var random = new Random(3);
        using var map = new SeriesTextMap<int>();
        var model = new Dictionary<string, int>();
        var order = new List<string>();
        for (int i = 0; i < 20_000; i++)
        {
            string text = $"m{random.Next(3)}_total{{path=\"{new string('x', random.Next(4))}{random.Next(40)}\",code=\"{random.Next(3)}\"}}";
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Assert.Equal(model.TryGetValue(text, out int known), map.TryGet(utf8, out int value));
            Assert.Equal(known, value);
            if (known == 0)
            {
                order.Add(text);
            }
            model[text] = i + 1;
            map.Set(utf8, i + 1);
            if (random.Next(500) == 0)
            {
                (int limit, int before) = (random.Next(i), order.Count);
                map.RemoveWhere(added => added < limit);
                order.RemoveAll(each => model[each] < limit);
                model = model.Where(pair => pair.Value >= limit).ToDictionary();
                Assert.Equal(model.Count, map.Count);
                // After a removal the first is expected again.
                foreach (string next in order.Count < before ? order : [])
                {
                    Assert.Equal(next, Encoding.UTF8.GetString(map.Expected));
                    Assert.True(map.TryGet(map.Expected.ToArray(), out int found));
                    Assert.Equal(model[next], found);
                }
            }
        }
    }
}
