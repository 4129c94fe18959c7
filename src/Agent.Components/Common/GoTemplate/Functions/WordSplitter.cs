using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Splits names such as <c>HTTPStatus20xCode</c> into words and joins them, for snakecase and kebabcase.</summary>
internal sealed class WordSplitter
{
    private readonly List<Rune> _runes;
    private readonly StringBuilder _joined = new();
    private readonly Rune _connector;
    private int _at;

    private WordSplitter(string text, char connector)
    {
        _runes = GoText.Runes(text);
        _connector = new Rune(connector);
    }

    private enum Kind
    {
        None,
        Number,
        Upper,
        Letters,
        Connector,
        Punctuation,
        Other,
    }

    public static string Join(string text, char connector)
    {
        var splitter = new WordSplitter(text, connector);
        splitter.Run();
        return splitter._joined.ToString();
    }

    public static bool IsConnector(Rune rune) => rune.Value is '-' or '_' || Rune.IsWhiteSpace(rune);

    private void Run()
    {
        Word word = Next();
        while (_at < _runes.Count)
        {
            if (word.Kind != Kind.Connector)
            {
                Write(word);
            }
            Word previous = word;
            word = Next();
            switch (previous.Kind)
            {
                case Kind.Number:
                    word = WriteLettersAndNumbers(word);
                    Connect(word);
                    break;
                case Kind.Connector:
                    Write(previous);
                    break;
                case Kind.Punctuation:
                    break;
                case var _ when word.Kind != Kind.Number:
                    Connect(word);
                    break;
                case var _ when _at < _runes.Count:
                    word = AfterNumber(word, Next());
                    break;
            }
        }
        Write(word);
    }

    // A number belongs to the word before it, but to lower-case letters that follow: Bld4Floor is bld4_floor, HTTP2xx is http_2xx.
    private Word AfterNumber(Word number, Word next)
    {
        if (next.Kind == Kind.Letters)
        {
            GoText.AppendRune(_joined, _connector);
            Write(number);
            next = WriteLettersAndNumbers(next);
        }
        else
        {
            Write(number);
        }
        Connect(next);
        return next;
    }

    private Word WriteLettersAndNumbers(Word word)
    {
        while (word.Kind is Kind.Letters or Kind.Number)
        {
            Write(word);
            word = Next();
        }
        return word;
    }

    private void Connect(Word word)
    {
        if (word.Kind is not (Kind.None or Kind.Connector or Kind.Punctuation))
        {
            GoText.AppendRune(_joined, _connector);
        }
    }

    private Word Next()
    {
        if (_at >= _runes.Count)
        {
            return new Word(Kind.None, _at, _at);
        }
        int start = _at++;
        Rune first = _runes[start];
        Kind kind = IsConnector(first) ? Kind.Connector
            : Rune.IsPunctuation(first) ? Kind.Punctuation
            : Rune.IsUpper(first) ? Kind.Upper
            : Rune.IsLetter(first) ? Kind.Letters
            : Rune.IsNumber(first) ? Kind.Number
            : Kind.Other;
        switch (kind)
        {
            case Kind.Connector:
                TakeWhile(IsConnector);
                break;
            case Kind.Punctuation:
                TakeWhile(Rune.IsPunctuation);
                break;
            case Kind.Letters:
                TakeWhile(IsLowerLetter);
                break;
            case Kind.Number:
                TakeWhile(Rune.IsNumber);
                break;
            case Kind.Upper:
                TakeUpper();
                break;
            default:
                TakeWhile(static rune => !IsConnector(rune) && !Rune.IsLetter(rune) && !Rune.IsNumber(rune) && !Rune.IsPunctuation(rune));
                break;
        }
        return new Word(kind, start, _at);
    }

    private void TakeUpper()
    {
        if (_at < _runes.Count && Rune.IsUpper(_runes[_at]))
        {
            TakeWhile(Rune.IsUpper);
            // The last capital of HTTPStatus begins the next word.
            _at -= _at < _runes.Count && Rune.IsLetter(_runes[_at]) ? 1 : 0;
            return;
        }
        TakeWhile(IsLowerLetter);
    }

    private static bool IsLowerLetter(Rune rune) => Rune.IsLetter(rune) && !Rune.IsUpper(rune);

    private void TakeWhile(Func<Rune, bool> belongs)
    {
        while (_at < _runes.Count && belongs(_runes[_at]))
        {
            _at++;
        }
    }

    private void Write(Word word)
    {
        for (int i = word.Start; i < word.End; i++)
        {
            Rune rune = _runes[i];
            bool changes = word.Kind is Kind.Upper or Kind.Connector;
            GoText.AppendRune(_joined, !changes ? rune : IsConnector(rune) ? _connector : Rune.ToLowerInvariant(rune));
        }
    }

    private readonly record struct Word(Kind Kind, int Start, int End);
}
