using System.Text;
using FaceMix.ServiceDefaults;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>The part of a list that a request asks for.</summary>
public sealed class Page
{
    private readonly IMessage _question;

    private Page(IMessage question, int size, IReadOnlyList<string> position)
    {
        _question = question;
        Size = size;
        Position = position;
    }

    /// <summary>Most elements that the reply may have.</summary>
    public int Size { get; }

    /// <summary>Where the page begins, as given to <see cref="TokenFor"/>; empty for the first page.</summary>
    public IReadOnlyList<string> Position { get; }

    /// <param name="question">The request without its page size and token.</param>
    /// <param name="size">The request's page_size; 0 means <paramref name="usual"/>.</param>
    /// <param name="max">Largest page.</param>
    /// <param name="usual">The page where none is asked for.</param>
    /// <param name="token">The request's page_token.</param>
    /// <param name="parts">How many texts make up a position of this list.</param>
    /// <exception cref="RpcException">The size is out of range, or the token is not one for this question.</exception>
    public static Page Require(IMessage question, int size, int max, int usual, string token, int parts)
    {
        var check = new RequestCheck();
        check.InRange("page_size", size, 0, max);
        check.ThrowIfInvalid();
        if (token.Length == 0)
            return new Page(question, size == 0 ? usual : size, []);
        var position = PageToken.Read(question, token)?.Split(' ');
        return position?.Length == parts ? new Page(question, size == 0 ? usual : size, position) : throw Refused();
    }

    /// <summary>The token of the page that begins at a position.</summary>
    /// <param name="position">Texts without spaces.</param>
    public string TokenFor(params string[] position) => PageToken.Write(_question, string.Join(' ', position));

    /// <summary>Any text as a part of a position.</summary>
    public static string Word(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    /// <summary>The opposite.</summary>
    /// <exception cref="RpcException">It is not from <see cref="Word"/>.</exception>
    public static string Text(string word)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromHexString(word));
        }
        catch (FormatException)
        {
            throw Refused();
        }
    }

    /// <summary>The token is not one that this store gave.</summary>
    public static RpcException Refused() =>
        RpcErrors.InvalidArgument("page_token", "is not from a reply to this question; leave it empty to begin anew");
}
