using System.Text;
using System.Text.Json;
using Agent.Components.Loki.Process.Json;

namespace Agent.Components.Tests.Loki.Process.Json;

public sealed class JsonScannerTests
{
    [Fact]
    public void It_accepts_what_the_reader_of_the_framework_accepts()
    {
        string[] seeds =
        [
            """{"a":1,"b":[true,false,null,-0.5e+3,"x\u00e9\n"],"c":{"d":{}},"e":[]}""",
            """[ 1 , "two" , { "three" : [ [ ] ] } ]""",
            "\"\\ud83d\\ude00\"",
            "-0",
        ];
        var random = new Random(7);
        foreach (string seed in seeds)
        {
            for (int i = 0; i < 5000; i++)
            {
                byte[] text = Encoding.UTF8.GetBytes(seed);
                for (int change = random.Next(3); change >= 0; change--)
                {
                    text[random.Next(text.Length)] = (byte)"{}[]\",:0123.eE+-\\untrfalse \n"[random.Next(28)];
                }
                Assert.True(Scan(text) == Read(text), Encoding.UTF8.GetString(text));
            }
        }
    }

    [Fact]
    public void Text_nested_too_deep_is_refused_without_harm()
    {
        byte[] text = Encoding.UTF8.GetBytes(new string('[', 100_000));
        Assert.False(Scan(text));
    }

    [Theory]
    [InlineData("a\\u00e9b", "aéb")]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("\\ud83dx", "\uFFFDx")]
    [InlineData("\\b\\f\\n\\r\\t\\\"\\\\\\/", "\b\f\n\r\t\"\\/")]
    public void Escapes_stand_for_what_they_do_in_Go(string escaped, string plain)
    {
        byte[] target = new byte[64];
        int length = JsonText.Unescape(Encoding.UTF8.GetBytes(escaped), target);
        Assert.Equal(plain, Encoding.UTF8.GetString(target, 0, length));
    }

    private static bool Scan(byte[] text)
    {
        var scanner = new JsonScanner(text);
        return scanner.TrySkipValue() && scanner.IsAtEnd();
    }

    private static bool Read(byte[] text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
