using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Decoding.Codecs;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Decoding;

public sealed class CodecTests
{
    private static readonly Value Hidden = new CapsuleValue(new OptionalSecret("12", true), "alloytypes.OptionalSecret");
    private static readonly Value Open = new CapsuleValue(new OptionalSecret("12", false), "alloytypes.OptionalSecret");

    [Theory]
    [InlineData(1.0, "1")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1.5e16, "15000000000000000")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(123456789.123, "123456789.123")]
    [InlineData(1e-7, "0.0000001")]
    [InlineData(-1.25e-9, "-0.00000000125")]
    [InlineData(-0.0, "-0")]
    public void Floats_become_text_without_an_exponent(double number, string text) =>
        Assert.Equal(text, Read(Codec.Text, Value.Of(number)));

    [Theory]
    [InlineData("12", 12)]
    [InlineData("3.9", 3)]
    [InlineData("1e3", -24)]
    [InlineData("300", 44)]
    public void Text_becomes_a_number_that_wraps(string text, sbyte number) =>
        Assert.Equal(number, Read(Codec.SByte, Value.Of(text)));

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("0x10")]
    [InlineData(" 12")]
    [InlineData("1_000")]
    public void Other_text_is_no_number(string text) =>
        Assert.Equal("should be number, got string", Refusal(Codec.Double, Value.Of(text)));

    [Fact]
    public void A_negative_number_wraps_where_the_type_has_no_sign() =>
        Assert.Equal(18446744073709551604, Read(Codec.UInt64, Value.Of(-12)));

    [Fact]
    public void Nothing_but_a_bool_is_a_bool()
    {
        Assert.Equal("should be bool, got number", Refusal(Codec.Bool, Value.Of(1)));
        Assert.Equal("should be bool, got string", Refusal(Codec.Bool, Value.Of("true")));
    }

    [Fact]
    public void Null_is_the_zero_of_a_type()
    {
        Assert.Equal("", Read(Codec.Text, Value.Null));
        Assert.Equal(0, Read(Codec.Int32, Value.Null));
        Assert.Equal(TimeSpan.Zero, Read(Codec.Duration, Value.Null));
        Assert.Empty(Read(Codec.List(Codec.Text), Value.Null));
        Assert.Null(Read(Codec.Nullable(Codec.Int32), Value.Null));
        Assert.Equal("should be string, got null", Refusal(Codec.Uri, Value.Null));
    }

    [Fact]
    public void An_empty_URL_is_none_where_there_may_be_none()
    {
        Assert.Null(Read(Codec.OrNull(Codec.Uri), Value.Of("")));
        Assert.StartsWith("is not a valid URL", Refusal(Codec.Uri, Value.Of("")), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_never_become_text()
    {
        var secret = new CapsuleValue(new Secret("x"), "alloytypes.Secret");

        Assert.Equal("secrets may not be converted into strings", Refusal(Codec.Text, secret));
        Assert.Equal("secrets may not be converted into strings", Refusal(Codec.Text, Hidden));
        Assert.Equal("12", Read(Codec.Text, Open));
        Assert.Equal(12, Read(Codec.Int32, Open));
        Assert.Equal("should be number, got capsule", Refusal(Codec.Int32, Hidden));
    }

    [Fact]
    public void All_kinds_of_text_become_secrets()
    {
        Assert.Equal("12", Read(Codec.Secret, Hidden).Reveal());
        Assert.Equal("12", Read(Codec.Secret, Open).Reveal());
        Assert.Equal("x", Read(Codec.Secret, new StringValue("x", isSensitive: true)).Reveal());
        Assert.True(Read(Codec.OptionalSecret, new StringValue("x", isSensitive: true)).IsSecret);
        Assert.False(Read(Codec.OptionalSecret, Value.Of("x")).IsSecret);
        Assert.Equal("should be capsule, got number", Refusal(Codec.Secret, Value.Of(1)));
    }

    [Fact]
    public void Defaults_are_shown_as_configuration_text()
    {
        Assert.Equal("\"1m30s\"", Codec.Duration.Optional("x", "", TimeSpan.FromSeconds(90)).Default);
        Assert.Equal("[\"a\", \"b\"]", Codec.List(Codec.Text).Optional("x", "", ["a", "b"]).Default);
        Assert.Equal("(secret)", Codec.Secret.Optional("x", "", new Secret("p")).Default);
        Assert.Null(Codec.OrNull(Codec.Text).Optional("x", "", null).Default);
    }

    private static T Read<T>(ValueCodec<T> codec, Value value)
    {
        var problem = new DecodeProblem();
        Assert.True(codec.TryDecode(value, problem, out T? result), problem.Message);
        return result!;
    }

    private static string? Refusal<T>(ValueCodec<T> codec, Value value)
    {
        var problem = new DecodeProblem();
        Assert.False(codec.TryDecode(value, problem, out _));
        return problem.Message;
    }
}
