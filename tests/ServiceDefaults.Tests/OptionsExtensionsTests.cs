using System.ComponentModel.DataAnnotations;
using FaceMix.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class OptionsExtensionsTests
{
    [Fact]
    public void What_is_given_replaces_the_default_and_is_registered()
    {
        var builder = WebApplication.CreateBuilder(["--Oven:Heat=220", "--Oven:Kind=gas", "--Oven:Time=00:10:00", "--Oven:Dishes:0=bread", "--Oven:Dishes:1=cake", "--Oven:Fan=true"]);

        var oven = builder.AddOptions<OvenOptions>("Oven");

        Assert.Equal((220, OvenKind.Gas, TimeSpan.FromMinutes(10), true, "kitchen"), (oven.Heat, oven.Kind, oven.Time, oven.Fan, oven.Place));
        Assert.Equal(["bread", "cake"], oven.Dishes);
        Assert.Same(oven, builder.Build().Services.GetRequiredService<IOptions<OvenOptions>>().Value);
    }

    [Theory]
    [InlineData("Heat=300", "Oven:Heat is '300', but it must be a whole number from 30 to 280.")]
    [InlineData("Heat=hot", "Oven:Heat is 'hot', but it must be a whole number from 30 to 280.")]
    [InlineData("Heat=", "Oven:Heat is '', but it must be a whole number from 30 to 280.")]
    [InlineData("Heat=180.5", "Oven:Heat is '180.5', but it must be a whole number from 30 to 280.")]
    [InlineData("Kind=coal", "Oven:Kind is 'coal', but it must be one of electric, gas.")]
    [InlineData("Kind=7", "Oven:Kind is '7', but it must be one of electric, gas.")]
    [InlineData("Time=02:00:00", "Oven:Time is '02:00:00', but it must be 00:00:01 to 01:00:00.")]
    [InlineData("Time=a while", "Oven:Time is 'a while', but it must be 00:00:01 to 01:00:00.")]
    [InlineData("Fan=perhaps", "Oven:Fan is 'perhaps', but it must be true or false.")]
    [InlineData("Place=", "Oven:Place is '', but it must be a text that is not empty.")]
    [InlineData("Manual=manual", "Oven:Manual is 'manual', but it must be an address such as http://127.0.0.1:5111.")]
    [InlineData("Manual=ftp://oven.example", "Oven:Manual is 'ftp://oven.example', but it must be an address such as http://127.0.0.1:5111.")]
    [InlineData("Dishes=bread", "Oven:Dishes is 'bread', but it must be a list: Oven:Dishes:0, Oven:Dishes:1 and so on.")]
    [InlineData("Dishes:0=soup", "Oven:Dishes holds soup, which no oven bakes.")]
    public void A_value_that_is_not_allowed_stops_the_start_with_a_sentence(string given, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<StartException>(() => WebApplication.CreateBuilder([$"--Oven:{given}"]).AddOptions<OvenOptions>("Oven")).Message);

    [Theory]
    [InlineData("Oven:Heta=200", "Oven:Heta is not a key of this service; Oven has Dishes, Fan, Heat, Kind, Manual, Place, Temperature, Time.")]
    [InlineData("Oven:Heat:Upper=200", "Oven:Heat:Upper is not a key of this service; Oven has Dishes, Fan, Heat, Kind, Manual, Place, Temperature, Time.")]
    [InlineData("Bind:Adress=0.0.0.0", "Bind:Adress is not a key of this service; Bind has Address, ConnectionAge, GrpcPort, HttpPort, Insecure.")]
    [InlineData("Drain:Limits=1", "Drain:Limits is not a key of this service; Drain has Limit, Notice.")]
    [InlineData("Cors:Origin=*", "Cors:Origin is not a key of this service; Cors has Origins.")]
    public void A_key_that_no_options_have_stops_the_start_with_a_sentence(string given, string sentence)
    {
        var builder = WebApplication.CreateBuilder([$"--{given}"]);
        builder.AddServiceDefaults(new ServiceIdentity("tested", GrpcPort: 0, HttpPort: 0));
        builder.AddOptions<OvenOptions>("Oven");
        builder.AddOptions<ThermometerOptions>("Oven");

        Assert.Equal(sentence, Assert.Throws<StartException>(() => builder.Build().MapServiceDefaults()).Message);
    }

    [Fact]
    public async Task Keys_are_known_in_any_case_and_other_programs_sections_are_left_alone()
    {
        var builder = WebApplication.CreateBuilder(["--oven:heat=200", "--oven:dishes:0=cake", "--oven:temperature=1", "--Stove:Heat=1000", "--Logging:LogLevel:Default=Debug"]);
        builder.AddServiceDefaults(new ServiceIdentity("tested", GrpcPort: 0, HttpPort: 0));
        builder.AddOptions<OvenOptions>("Oven");
        builder.AddOptions<ThermometerOptions>("Oven");

        await using var app = builder.Build();
        app.MapServiceDefaults();

        Assert.Equal(200, app.Services.GetRequiredService<IOptions<OvenOptions>>().Value.Heat);
    }

    [Fact]
    public async Task A_wrong_value_ends_the_program_with_one_sentence_and_exit_code_1() =>
        Assert.Equal(
            "Drain:Limit is 'soon', but it must be 00:00:00 to 01:00:00.",
            await FailingStart.SentenceOfAsync(typeof(RunningService).Assembly, "--Drain:Limit=soon"));

    [Fact]
    public async Task A_settings_file_that_cannot_be_read_ends_the_program_with_one_sentence()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("appsettings.json"), "{ \"Bind\": ");

        Assert.Contains("appsettings.json", await FailingStart.SentenceOfAsync(typeof(RunningService).Assembly, $"--contentRoot={folder.Path}"), StringComparison.Ordinal);
    }

    private enum OvenKind
    {
        Electric,
        Gas,
    }

    private sealed class OvenOptions : IValidatableObject
    {
        [Range(30, 280)]
        public int Heat { get; set; } = 180;

        public OvenKind Kind { get; set; }

        [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
        public TimeSpan Time { get; set; } = TimeSpan.FromMinutes(5);

        public bool Fan { get; set; }

        [Required]
        public string Place { get; set; } = "kitchen";

        public Uri Manual { get; set; } = new("http://oven.example");

        public string[] Dishes { get; set; } = [];

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Dishes.Contains("soup"))
                yield return new("Oven:Dishes holds soup, which no oven bakes.");
        }
    }

    private sealed class ThermometerOptions
    {
        public int? Temperature { get; set; }
    }
}
