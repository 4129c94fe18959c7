namespace Agent.Syntax.Tests;

public sealed class IdentifierTextTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("_x9", true)]
    [InlineData("größe", true)]
    [InlineData("", false)]
    [InlineData("9a", false)]
    [InlineData("a-b", false)]
    [InlineData("a.b", false)]
    [InlineData(" a", false)]
    [InlineData("true", false)]
    [InlineData("null", false)]
    [InlineData("nullx", true)]
    public void Identifiers_are_letters_and_digits(string text, bool valid) => Assert.Equal(valid, IdentifierText.IsValid(text));

    [Theory]
    [InlineData("app", "app")]
    [InlineData("app.kubernetes.io/name", "\"app.kubernetes.io/name\"")]
    [InlineData("false", "\"false\"")]
    public void Keys_are_quoted_where_they_must_be(string key, string printed) => Assert.Equal(printed, IdentifierText.Key(key));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("9-a", "_9_a")]
    [InlineData("my job", "my_job")]
    [InlineData("true", "true_")]
    public void Any_text_can_be_made_an_identifier(string text, string identifier)
    {
        Assert.Equal(identifier, IdentifierText.Sanitize(text));
        Assert.True(IdentifierText.IsValid(IdentifierText.Sanitize(text)));
    }
}
