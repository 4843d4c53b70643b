using System.Numerics;

namespace FaceMix.SyntheticFaces;

public static partial class FaceRenderer
{
    private static void Cheeks(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        // Everyone has a little colour there; a rosy face has much.
        var fair = Shape.Clamp01(face.Skin.Y * 1.5f - 0.2f);
        var blush = Palette.Mix(new Vector3(0.66f, 0.13f, 0.13f), new Vector3(0.94f, 0.30f, 0.33f), fair) * face.LightTint;
        var strength = 0.07f + 0.60f * face.Rosiness;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var at = pose.At(0.325f * side, 0.205f);
            head.Fill(new SpotPaint(at.X, at.Y, 0.19f * at.Narrow, 0.15f, blush, strength), at.X - 0.2f, at.Y - 0.16f, at.X + 0.2f, at.Y + 0.16f);
        }
    }

    /// <summary>What the years leave: folds beside the mouth, bags under the eyes, lines across the forehead.</summary>
    private static void Age(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        var line = Palette.Mix(skin.Shade, skin.Shade * 0.6f, 0.3f);
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var fold = pose.At(0.235f * side, 0.285f);
            head.Fill(new StrokePaint(fold.X, fold.Y, 0.085f, 0.02f, 1.05f * side, 0.024f, 0.8f, line, 0.85f, 0.022f), fold.X - 0.1f, fold.Y - 0.16f, fold.X + 0.1f, fold.Y + 0.16f);
            var bag = pose.At(face.EyeGap * side, 0.075f);
            head.Fill(new StrokePaint(bag.X, bag.Y, 0.125f * bag.Narrow, -0.045f, 0f, 0.018f, 0.8f, line, 0.70f, 0.022f), bag.X - 0.15f, bag.Y - 0.09f, bag.X + 0.15f, bag.Y + 0.05f);
        }

        for (var row = 0; row < 2; row++)
        {
            var at = pose.At(0f, -0.335f - 0.075f * row);
            head.Fill(new StrokePaint(at.X, at.Y, 0.24f - 0.03f * row, 0.022f, 0f, 0.015f, 0.9f, line, 0.62f, 0.02f), at.X - 0.27f, at.Y - 0.05f, at.X + 0.27f, at.Y + 0.06f);
        }
    }

    private static void Beard(in SyntheticFace face, in Canvas head, in Pose pose, HeadShape shape)
    {
        if (face.Beard == BeardStyle.None)
            return;
        var chin = pose.At(0f, 0.60f);
        var mouth = pose.At(0f, 0.335f);
        head.Fill(new BeardPaint(shape, chin, mouth, face.Beard == BeardStyle.Full, face.BeardTint * face.LightTint, face.Light), -0.75f, -0.05f, 0.75f, 0.85f);
    }

    private static void Mouth(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        var at = pose.At(0f, 0.405f - 0.10f * Shape.Clamp01(face.Smile));
        var tint = face.LightTint;
        var half = face.MouthWidth;
        // Shade below the lower lip lifts the mouth from the face.
        var below = at.Y + 0.5f * face.Smile + 0.5f * face.MouthOpen + face.Lips * 1.2f + 0.045f;
        if (face.Beard == BeardStyle.None)
            head.Fill(new SpotPaint(at.X, below, 0.62f * half, 0.06f, skin.Shade, 0.45f), at.X - half, below - 0.07f, at.X + half, below + 0.07f);
        var smiling = face.Smile > 0.05f;
        var reach = MathF.Abs(face.Smile) + face.MouthOpen + 2f * face.Lips + 0.03f;
        head.Fill(
            new MouthPaint(at, half, face.Smile, face.MouthOpen, face.Lips, smiling, face.LipTint * tint, tint, face.Lipstick ? 0.22f : 0.10f),
            at.X - half * 1.25f, at.Y - reach, at.X + half * 1.25f, at.Y + reach);
        if (!smiling)
            return;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            // A smile pushes the cheeks into a small fold at each corner.
            var corner = at.X + side * (half + 0.02f) * at.Narrow;
            var y = at.Y - 0.5f * face.Smile - 0.005f;
            head.Fill(new SpotPaint(corner, y, 0.045f, 0.05f, skin.Shade, 0.75f), corner - 0.05f, y - 0.06f, corner + 0.05f, y + 0.06f);
        }
    }

    private static void Nose(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        var at = pose.At(0f, face.NoseLength);
        var x = at.X + 0.12f * pose.Lean;
        var y = at.Y + 0.08f * pose.Nod;
        var w = face.NoseWidth;
        // The side away from the light, the wings, the nostrils, the light on the tip.
        var away = face.Light.X > 0f ? -1f : 1f;
        var side = x + away * 0.62f * w;
        head.Fill(new SpotPaint(side, y - 0.085f, 0.45f * w, 0.13f, skin.Shade, 0.42f), side - w, y - 0.23f, side + w, y + 0.06f);
        for (var wing = -1f; wing <= 1f; wing += 2f)
        {
            var wx = x + wing * 0.68f * w;
            head.Fill(new BallPaint(wx, y + 0.012f, 0.40f * w, 0.36f * w, skin.At(Shape.Clamp01(0.52f + 0.42f * wing * face.Light.X)), face.Light, 0.16f), wx - w, y - w, wx + w, y + w);
        }

        head.Fill(new BallPaint(x, y, 0.70f * w, 0.52f * w, skin.At(0.66f), face.Light, 0.20f), x - w, y - w, x + w, y + w);
        head.Fill(new SpotPaint(x, y + 0.46f * w + 0.02f, 1.05f * w, 0.05f, skin.Shade, 0.62f), x - 1.1f * w, y, x + 1.1f * w, y + 0.17f);
        for (var hole = -1f; hole <= 1f; hole += 2f)
        {
            var hx = x + hole * 0.42f * w;
            var hy = y + 0.36f * w;
            head.Fill(new BallPaint(hx, hy, 0.20f * w, 0.13f * w + 0.004f, skin.Shade * 0.55f, face.Light, 0f), hx - 0.06f, hy - 0.05f, hx + 0.06f, hy + 0.05f);
        }

        var gx = x + 0.28f * w * face.Light.X;
        head.Fill(new SpotPaint(gx, y - 0.16f * w, 0.32f * w, 0.26f * w, skin.Bright + new Vector3(0.10f), 0.75f), gx - w, y - w, gx + w, y + w);
    }

    private static void Mustache(in SyntheticFace face, in Canvas head, in Pose pose)
    {
        var at = pose.At(0f, 0.308f);
        var tint = face.BeardTint * face.LightTint;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var x = at.X + side * 0.125f * at.Narrow;
            head.Fill(new StrokePaint(x, at.Y - 0.008f, 0.155f, 0.010f, 0.22f * side, 0.052f, 0.72f, tint * (1f + 0.12f * side * face.Light.X), 0.97f, 0.012f), x - 0.17f, at.Y - 0.13f, x + 0.17f, at.Y + 0.13f);
        }
    }

    private static void Eyes(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        var lash = new Vector3(0.10f, 0.065f, 0.06f);
        // Smiling eyes close a little.
        var height = face.EyeHeight * (face.Smile > 0.05f && face.EyeHeight > 0.05f ? 0.90f : 1f);
        var half = face.EyeWidth;
        var glint = face.Light.X > 0f ? 1f : -1f;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var at = pose.At(face.EyeGap * side, -0.035f);
            var wide = half * at.Narrow;
            head.Fill(new SpotPaint(at.X, at.Y - 0.02f, 1.45f * wide, 0.16f, skin.Shade, 0.34f), at.X - 1.5f * wide, at.Y - 0.2f, at.X + 1.5f * wide, at.Y + 0.16f);
            head.Fill(
                new EyePaint(at, half, height, face.Gaze * 0.46f * half, (0.10f * face.GazeDown - 0.008f) * 1f, face.Iris, face.LightTint, glint),
                at.X - 1.1f * wide, at.Y - 1.1f * height, at.X + 1.1f * wide, at.Y + height);
            head.Fill(
                new StrokePaint(at.X, at.Y - height, 1.06f * wide, height * 1.02f, 0.05f * side, 0.021f, 0.45f, lash, 0.95f, 0f),
                at.X - 1.2f * wide, at.Y - height - 0.06f, at.X + 1.2f * wide, at.Y + 0.07f);
            head.Fill(
                new StrokePaint(at.X, at.Y - height - 0.048f, 0.92f * wide, height * 0.75f, 0.04f * side, 0.008f, 0.6f, skin.Shade * 0.85f, 0.60f, 0.012f),
                at.X - 1.1f * wide, at.Y - height - 0.09f, at.X + 1.1f * wide, at.Y);
            head.Fill(
                new StrokePaint(at.X, at.Y + 0.72f * height + 0.006f, 0.9f * wide, -0.66f * height, 0f, 0.008f, 0.6f, skin.Shade * 0.8f, 0.55f, 0.006f),
                at.X - wide, at.Y - 0.05f, at.X + wide, at.Y + height + 0.03f);
        }
    }

    private static void Brows(in SyntheticFace face, in Canvas head, in Pose pose)
    {
        if (face.Bangs && face.Hat == HatStyle.None && face.BrowThickness < 0f)
            return;
        var kind = face.Hair == HairLength.None ? face.BeardTint : face.HairTint;
        var tint = Palette.Mix(kind, new Vector3(0.16f, 0.10f, 0.07f), face.HairKind == HairColour.Gray ? 0.45f : 0.55f) * face.LightTint;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var at = pose.At((face.EyeGap + 0.005f) * side, -0.205f + face.BrowLift - 0.03f * (face.BrowArch > 0.05f ? 1f : 0f));
            var half = 0.178f * at.Narrow;
            head.Fill(
                new StrokePaint(at.X, at.Y, half, face.BrowArch, 0.06f * side, face.BrowThickness, 0.50f, tint, 0.95f, 0.006f),
                at.X - half, at.Y - 0.1f, at.X + half, at.Y + 0.2f);
        }
    }

    private static void Glasses(in SyntheticFace face, in Canvas head, in Pose pose)
    {
        var y = -0.025f;
        var tint = face.GlassesTint * face.LightTint;
        var halfY = face.RoundGlasses ? 0.185f : 0.150f;
        var halfX = face.RoundGlasses ? 0.195f : 0.210f;
        var corner = face.RoundGlasses ? 0.185f : 0.065f;
        var left = pose.At(-face.EyeGap, y);
        var right = pose.At(face.EyeGap, y);
        var middle = pose.At(0f, y - 0.035f);
        foreach (var at in (ReadOnlySpan<Place>)[left, right])
        {
            var wide = halfX * (0.5f + 0.5f * at.Narrow);
            var round = corner > wide ? wide : corner;
            head.Fill(new GlassPaint(at.X, at.Y, wide, halfY, round), at.X - wide, at.Y - halfY, at.X + wide, at.Y + halfY);
            head.Fill(new RingPaint(at.X, at.Y, wide, halfY, round, 0.021f, tint), at.X - wide - 0.05f, at.Y - halfY - 0.05f, at.X + wide + 0.05f, at.Y + halfY + 0.05f);
        }

        head.Fill(new StrokePaint(middle.X, middle.Y - 0.012f, 0.09f, 0.03f, 0f, 0.020f, 0f, tint, 1f, 0f), middle.X - 0.1f, middle.Y - 0.06f, middle.X + 0.1f, middle.Y + 0.07f);
        Temple(head, left.X - halfX * (0.5f + 0.5f * left.Narrow), -face.HeadWidth, left.Y - 0.05f, tint);
        Temple(head, right.X + halfX * (0.5f + 0.5f * right.Narrow), face.HeadWidth, right.Y - 0.05f, tint);
    }

    private static void Temple(in Canvas head, float from, float to, float y, Vector3 tint)
    {
        var half = 0.5f * MathF.Abs(to - from);
        if ((to - from) * (to > 0f ? 1f : -1f) < 0.02f)
            return;
        var x = 0.5f * (from + to);
        head.Fill(new BoxPaint(x, y, half, 0.019f, 0.01f, tint, tint * 0.8f), x - half - 0.02f, y - 0.04f, x + half + 0.02f, y + 0.04f);
    }

    private static void Earrings(in SyntheticFace face, in Canvas head)
    {
        var tint = face.EarringTint * face.LightTint;
        for (var side = -1f; side <= 1f; side += 2f)
        {
            var x = side * (face.HeadWidth + 0.035f);
            const float y = 0.265f;
            head.Fill(new BallPaint(x, y, 0.070f, 0.080f, tint * 0.52f, face.Light, 0f), x - 0.08f, y - 0.1f, x + 0.08f, y + 0.1f);
            head.Fill(new BallPaint(x, y - 0.002f, 0.056f, 0.066f, tint, face.Light, 0.25f), x - 0.08f, y - 0.1f, x + 0.08f, y + 0.1f);
            head.Fill(new SpotPaint(x - 0.015f, y - 0.022f, 0.028f, 0.03f, Vector3.One, 0.9f), x - 0.06f, y - 0.06f, x + 0.04f, y + 0.03f);
        }
    }

    private static void Hat(in SyntheticFace face, in Canvas head, HeadShape shape, SkinTone skin)
    {
        var tint = face.HatTint * face.LightTint;
        var wide = shape.Width + 0.07f;
        // Its shadow on the forehead.
        head.Fill(new SpotPaint(0f, -0.33f, 0.62f, 0.17f, skin.Shade, 0.5f), -wide, -0.5f, wide, -0.15f);
        if (face.Hat == HatStyle.Beanie)
        {
            head.Fill(new CrownPaint(wide, -0.93f, -0.36f, 0.05f, 0f, tint, face.Light), -0.8f, -1.2f, 0.8f, -0.2f);
            head.Fill(new BandPaint(wide + 0.02f, -0.42f, 0.07f, 0.105f, tint * 0.86f + new Vector3(0.05f), face.Light), -0.8f, -0.6f, 0.8f, -0.2f);
            return;
        }

        head.Fill(new CrownPaint(wide - 0.05f, -0.95f, -0.42f, 0.03f, 0.24f, tint, face.Light), -0.8f, -1.2f, 0.8f, -0.2f);
        head.Fill(new BandPaint(wide - 0.04f, -0.50f, 0.03f, 0.065f, tint * 0.35f, face.Light), -0.8f, -0.7f, 0.8f, -0.3f);
        head.Fill(new BallPaint(0f, -0.395f, wide + 0.27f, 0.095f, tint * 0.95f, face.Light, 0.22f), -1.1f, -0.55f, 1.1f, -0.2f);
    }
}
