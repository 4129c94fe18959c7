using System.Security.Cryptography;
using System.Text;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Testing;

namespace Agent.Components.Tests.Common.GoTemplate;

public sealed class TextTemplateTests
{
    private static readonly TextData Data = new(("app", "loki"), ("csv", "a,b,c"), ("empty", ""), ("uni", "日本"));

    [Theory]
    [InlineData("{{ range $i, $e := splitList \",\" .csv }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $e }}{{ end }}", "ac")]
    [InlineData("{{ range splitList \",\" .csv }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "a")]
    [InlineData("{{ range $k, $v := dict \"b\" 1 \"a\" 2 }}{{ $k }}{{ $v }} {{ end }}", "a2 b1 ")]
    [InlineData("{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}{{ range 0 }}x{{ else }}none{{ end }}", "01201none")]
    [InlineData("{{ $n := 0 }}{{ range until 4 }}{{ $n = add $n . }}{{ end }}{{ $n }}", "6")]
    [InlineData("{{ with .empty }}x{{ else with .app }}{{ . }}{{ else }}y{{ end }}", "loki")]
    [InlineData("{{ with $x := .app }}{{ $x }}{{ $.csv }}{{ end }}", "lokia,b,c")]
    [InlineData("{{ define \"t\" }}{{ $.a }}{{ end }}{{ template \"t\" dict \"a\" 5 }}", "5")]
    [InlineData("a \n{{- /* gone */ -}}\n b {{- \" c\" -}}  d", "ab cd")]
    [InlineData("{{ if and .app (not .empty) (or .empty .app) }}y{{ end }}", "y")]
    [InlineData("{{ if or true (fail \"not reached\") }}y{{ end }}", "y")]
    [InlineData("{{ index (dict \"a\" (list 1 2)) \"a\" 1 }} {{ index .uni 0 }} {{ len .uni }}", "2 230 6")]
    [InlineData("{{ slice (list 1 2 3) 1 }} {{ slice (list 1 2 3) 0 2 }}", "[2 3] [1 2]")]
    [InlineData("{{ urlquery \"a b&c/d\" }} {{ js \"it's =\" }}", "a+b%26c%2Fd it\\'s \\u003D")]
    [InlineData("{{ print nil }} {{ list nil 1 }} {{ dict \"k\" nil }}", "<nil> [<nil> 1] map[k:<nil>]")]
    [InlineData("{{ 1i }} {{ 0b11 }} {{ 0o17 }} {{ '\\n' }} {{ \"\\x41\\u00e9\" }}", "(0+1i) 3 15 10 Aé")]
    public void Actions_do_what_they_do_in_Go(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("{{ printf \"%v %d %s %q\" true 7 \"x\" \"y\" }}", "true 7 x \"y\"")]
    [InlineData("{{ printf \"%+d|% d|%-4d|%04d|%+.1e|%8.3f\" 5 5 5 -5 1234.5 3.14159 }}", "+5| 5|5   |-005|+1.2e+03|   3.142")]
    [InlineData("{{ printf \"%*d|%-*d|%.*f\" 4 7 4 7 1 2.25 }}", "   7|7   |2.2")]
    [InlineData("{{ printf \"%[2]s %[1]s\" \"a\" \"b\" }}", "b a")]
    [InlineData("{{ printf \"%x %X %#x % x %c %U %o %b\" 255 255 255 \"ab\" 65 8364 8 5 }}", "ff FF 0xff 61 62 A U+20AC 10 101")]
    [InlineData("{{ printf \"%T %T %T %T\" 1 \"a\" (list) .missing }}", "int string []interface {} <nil>")]
    [InlineData("{{ printf \"%d %s\" \"a\" }}", "%!d(string=a) %!s(MISSING)")]
    [InlineData("{{ printf \"%d\" 1 2 }} {{ printf \"%!\" 1 }} {{ printf \"%\" }}", "1%!(EXTRA int=2) %!!(int=1) %!(NOVERB)")]
    [InlineData("{{ printf \"%#v %#v\" (list 1 \"a\") (dict \"k\" 1.5) }}", "[]interface {}{1, \"a\"} map[string]interface {}{\"k\":1.5}")]
    [InlineData("{{ printf \"%6.2f|%t|%5t|%-5s|%.2s\" 1.005 true false \"ab\" \"日本語\" }}", "  1.00|true|false|ab   |日本")]
    [InlineData("{{ 1000000.0 }} {{ 123456789.0 }} {{ 0.000001 }} {{ 1e21 }}", "1e+06 1.23456789e+08 1e-06 1e+21")]
    public void Values_are_printed_as_Go_prints_them(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("{{ snakecase \"HTTPStatusCode\" }} {{ kebabcase \"FirstName\" }} {{ camelcase \"http_server-name\" }} {{ swapcase \"aB cD\" }}", "http_status_code first-name HttpServerName Ab Cd")]
    [InlineData("{{ snakecase \"Bld4Floor3rd\" }} {{ snakecase \"HTTP2xx\" }} {{ snakecase \"a  b\" }}", "bld4_floor_3rd http_2xx a__b")]
    [InlineData("{{ list 3 1 2 | sortAlpha }} {{ list 1 1 2 | uniq }} {{ without (list 1 2 3) 2 }} {{ has 2 (list 1 2) }} {{ compact (list 0 1 \"\") }}", "[1 2 3] [1 2] [1 3] true [1]")]
    [InlineData("{{ first (list 1 2) }}{{ last (list 1 2) }}{{ rest (list 1 2) }}{{ initial (list 1 2) }}{{ append (list 1) 2 }}{{ prepend (list 1) 2 }}{{ concat (list 1) (list 2) }}", "12[2][1][1 2][2 1][1 2]")]
    [InlineData("{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d }} {{ unset $d \"a\" }} {{ dig \"x\" \"y\" \"none\" (dict \"x\" (dict \"y\" 1)) }} {{ pluck \"b\" $d }}", "map[a:1 b:2] map[b:2] 1 [2]")]
    [InlineData("{{ addf 0.1 0.2 }} {{ divf 1 3 }} {{ mul 2 \"3\" }} {{ mod -7 3 }} {{ round 2.5 0 }} {{ maxf 1 2.5 }}", "0.3 0.3333333333333333 6 -1 3 2.5")]
    [InlineData("{{ semverCompare \">=1.2, <2\" \"1.9.9\" }} {{ semverCompare \"~1.2\" \"1.3.0\" }} {{ semverCompare \"1.2 - 1.4\" \"1.3.0\" }} {{ (semver \"v1.2.3-rc.1+x\").Prerelease }} {{ semverCompare \"*\" \"1.0.0-a\" }}", "true false true rc.1 false")]
    [InlineData("{{ $u := urlParse \"http://u:p@h.x:80/a%20b?q=1#f\" }}{{ $u.host }} {{ $u.hostname }} {{ $u.path }} {{ $u.query }} {{ $u.fragment }} {{ $u.userinfo }} {{ urlJoin $u }}", "h.x:80 h.x /a b q=1 f u:p http://u:p@h.x:80/a%20b?q=1#f")]
    [InlineData("{{ decryptAES \"key\" (encryptAES \"key\" \"plain\") }} {{ b32dec (b32enc \"hello\") }} {{ b64dec \"a\" }}", "plain hello illegal base64 data at input byte 1")]
    [InlineData("{{ coalesce 0 \"\" 3 }} {{ ternary 1 2 false }} {{ any 0 1 }} {{ all 0 1 }} {{ empty .missing }}", "3 2 true false true")]
    [InlineData("{{ wrap 5 \"aaaaaaa bb\" }}|{{ wrapWith 3 \"-\" \"abcdefg\" }}|{{ trunc -2 \"abc\" }}|{{ abbrev 5 \"abcdefgh\" }}", "aaaaaaa\nbb|abc-def-g|bc|ab...")]
    [InlineData("{{ toPrettyJson (dict \"a\" (list 1 2) \"b\" (dict)) }} {{ toJson (rest (list)) }} {{ toJson 1e21 }} {{ toJson 1e-7 }}", "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n} null 1e+21 1e-7")]
    [InlineData("{{ regexSplit \"z+\" \"pizza\" -1 }} {{ regexFindAll \"[2468]\" \"12345678\" 2 }} {{ regexReplaceAll \"a(x*)b\" \"-ab-axxb-\" \"${1}W\" }}", "[pi a] [2 4] -W-xxW-")]
    [InlineData("{{ mergeOverwrite (dict \"a\" 1 \"n\" (dict \"x\" 1)) (dict \"a\" 2 \"n\" (dict \"y\" 2)) }}", "map[a:2 n:map[x:1 y:2]]")]
    [InlineData("{{ duration 95 }} {{ duration \"3600\" }} {{ durationRound \"400h\" }} {{ date \"Jan 2\" 86400 }} {{ ago (now) }}", "0s 1h0m0s 16d Jan 2 0s")]
    public void Functions_do_what_sprig_does(string template, string expected) => Assert.Equal(expected, Run(template));

    [Fact]
    public void Hash_takes_texts_longer_than_a_block()
    {
        if (!SHA3_256.IsSupported)
        {
            return;
        }
        string expected = Convert.ToHexStringLower(SHA3_256.HashData(Encoding.ASCII.GetBytes(new string('a', 300))));
        Assert.Equal(expected, Run("{{ Hash \"\" (repeat 300 \"a\") }}"));
    }

    [Theory]
    [InlineData("{{ range until 100000000 }}x{{ end }}")]
    [InlineData("{{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}")]
    [InlineData("{{ define \"t\" }}{{ template \"t\" . }}{{ end }}{{ template \"t\" . }}")]
    [InlineData("{{ repeat 2000000000 \"abc\" }}")]
    [InlineData("{{ $x := \"aaaaaaaa\" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}")]
    [InlineData("{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}")]
    [InlineData("{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ deepCopy $x }}")]
    [InlineData("{{ $x := repeat 100000 \"a\" }}{{ replace \"\" $x $x }}")]
    [InlineData("{{ $x := repeat 100000 \"a\" }}{{ regexReplaceAll \"\" $x $x }}")]
    [InlineData("{{ $x := repeat 1000000 \"a\" }}{{ range 100000 }}{{ $y := regexMatch \"b\" $x }}{{ end }}")]
    [InlineData("{{ printf \"%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d\" 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 }}")]
    public void A_template_that_would_not_end_fails(string template)
    {
        using TemplateRun run = Parse(template, new TemplateLimits { Work = 32 << 20 }).Execute(Data);
        Assert.True(run.Failed);
        Assert.Contains("exceeded", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_within_itself_prints_to_an_end()
    {
        using TemplateRun run = Parse("{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}{{ toJson $d }}").Execute(Data);
        Assert.StartsWith("map[d:map[d:", Encoding.UTF8.GetString(run.Output), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_beyond_the_stack_is_an_error_of_the_template()
    {
        string open = new('(', 200_000);
        Assert.False(TextTemplate.TryParse($"{{{{ {open}1{new string(')', 200_000)} }}}}", TimeProvider.System, new TemplateLimits(), out _, out string? error));
        Assert.Contains("nested too deeply", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ genCA \"x\" 1 }}", "template: pipeline_template:1: function \"genCA\" is not supported: templates make no passwords, keys or certificates")]
    [InlineData("{{{.Value}}}", "template: pipeline_template:1: unexpected \"{\" in command")]
    [InlineData("{{ if }}x{{ end }}", "template: pipeline_template:1: missing value for if")]
    [InlineData("x\n{{ $y }}", "template: pipeline_template:2: undefined variable \"$y\"")]
    [InlineData("{{ .a | 1 }}", "template: pipeline_template:1: non executable command in pipeline stage 2")]
    [InlineData("{{ \"x }}", "template: pipeline_template:1: unterminated quoted string")]
    [InlineData("{{ (1 }}", "template: pipeline_template:1: unclosed left paren")]
    [InlineData("{{/* x }}", "template: pipeline_template:1: unclosed comment")]
    public void A_bad_template_is_refused_in_words_of_Go(string template, string expected)
    {
        Assert.False(TextTemplate.TryParse(template, TimeProvider.System, new TemplateLimits(), out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("a\n {{ div 1 0 }}", "template: pipeline_template:2:4: executing \"pipeline_template\" at <div 1 0>: error calling div: runtime error: integer divide by zero")]
    [InlineData("{{ until \"3\" }}", "template: pipeline_template:1:9: executing \"pipeline_template\" at <\"3\">: expected integer; found \"3\"")]
    [InlineData("{{ trunc 1 }}", "template: pipeline_template:1:3: executing \"pipeline_template\" at <trunc>: wrong number of args for trunc: want 2 got 1")]
    [InlineData("{{ range .app }}{{ end }}", "template: pipeline_template:1:9: executing \"pipeline_template\" at <.app>: range can't iterate over loki")]
    [InlineData("{{ fail \"no\" }}", "template: pipeline_template:1:3: executing \"pipeline_template\" at <fail \"no\">: error calling fail: no")]
    public void An_error_names_its_place(string template, string expected)
    {
        using TemplateRun run = Parse(template).Execute(Data);
        Assert.Equal(expected, run.Error);
    }

    [Fact]
    public void A_failed_execution_leaves_nothing_behind_for_the_next()
    {
        TextTemplate template = Parse("{{ $x := .app }}{{ if .fails }}{{ fail \"no\" }}{{ end }}{{ $x }}");
        using (TemplateRun failed = template.Execute(new TextData(("fails", "1"))))
        {
            Assert.True(failed.Failed);
        }
        using TemplateRun run = template.Execute(Data);
        Assert.Null(run.Error);
        Assert.Equal("loki", Encoding.UTF8.GetString(run.Output));
    }

    private static string Run(string template)
    {
        using TemplateRun run = Parse(template).Execute(Data);
        Assert.Null(run.Error);
        return Encoding.UTF8.GetString(run.Output);
    }

    private static TextTemplate Parse(string template, TemplateLimits? limits = null)
    {
        Assert.True(TextTemplate.TryParse(template, new FakeTimeProvider(), limits ?? new TemplateLimits(), out TextTemplate? parsed, out string? error), error);
        return parsed;
    }
}
