"""Tables of who may act: regions, organs, posts, officers, grants, certificates, recusals, accounts, persons.

Sources: GB/T 2260 and stats.gov.cn division codes; GB 32100 (organ codes); 行政处罚法 art. 42 (certificates, recusal)."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q


class Region(models.Model):
    """区划: a place with a division code; small, read-mostly."""

    code = models.CharField(primary_key=True, max_length=9)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey(
        "self", models.PROTECT, db_column="parent_code", null=True, related_name="children"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["province", "city", "county_level", "statistical_zone", "township"]),
                name="people_region_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="province") | Q(parent__isnull=False), name="people_region_has_parent"
            ),
        ]


class Organ(models.Model):
    """机关: a body with powers, known by its unified social credit code (统一社会信用代码)."""

    code = models.CharField(primary_key=True, max_length=18)
    region = models.ForeignKey(Region, models.PROTECT, db_column="region_code")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=40)  # What it does, the same word at every level: market_supervision.
    level = models.CharField(max_length=20)
    mark = models.CharField(max_length=20, blank=True)  # 机关代字: what the number of its papers begins with.
    is_code_generated = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind"], name="people_organ_one_of_a_kind_in_a_region"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{18}$"), name="people_organ_code_18"),
            models.CheckConstraint(
                condition=Q(level__in=["province", "city", "county"]), name="people_organ_level"
            ),
        ]


class Post(models.Model):
    """岗位: a place inside an organ that officers hold over time."""

    organ = models.ForeignKey(Organ, models.PROTECT, db_column="organ_code")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organ", "name"], name="people_post_once_in_an_organ")
        ]


class AccountManager(BaseUserManager["Account"]):
    """What Django's own commands and allauth ask of the account table."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """账号: how a person or an officer signs in; grants no power by itself."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(null=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Person(models.Model):
    """自然人: a citizen with an account. Number and telephone are kept only enciphered."""

    id = models.UUIDField(primary_key=True)
    account = models.OneToOneField(Account, models.PROTECT)
    name = models.CharField(max_length=60)
    id_kind = models.CharField(max_length=20, default="resident")
    id_number_cipher = models.BinaryField()
    id_number_mac = models.CharField(max_length=64, unique=True)
    phone_cipher = models.BinaryField()
    is_fictitious = models.BooleanField(default=False)


class Officer(models.Model):
    """人员: somebody who may hold posts and receive grants. The id comes from the registry, not a sequence."""

    id = models.BigIntegerField(primary_key=True)
    account = models.OneToOneField(Account, models.PROTECT)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    is_fictitious = models.BooleanField(default=False)


class Holding(models.Model):
    """任职: an officer holds a post from a day until before another."""

    officer = models.ForeignKey(Officer, models.PROTECT)
    post = models.ForeignKey(Post, models.PROTECT)
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "post", "from_on"], name="people_holding_once"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="people_holding_forward"
            ),
        ]


class Grant(models.Model):
    """授权: officer x organ x role x matter x [from, to) x basis; every permission check asks here."""

    officer = models.ForeignKey(Officer, models.PROTECT)
    organ = models.ForeignKey(Organ, models.PROTECT, db_column="organ_code")
    role = models.CharField(max_length=40)
    matter_code = models.CharField(max_length=40, default="*")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    basis = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["officer", "organ", "role", "matter_code", "from_on"], name="people_grant_once"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="people_grant_forward"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="people_grant_has_basis"),
        ]
        indexes: ClassVar = [models.Index(fields=["organ", "role"], name="people_grant_organ_role")]


class Delegation(models.Model):
    """委托代办: a deputy of the same organ does what the officer may do, for a time. It falls with the officer's own grant."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="delegated")
    deputy = models.ForeignKey(Officer, models.PROTECT, related_name="deputed")
    organ = models.ForeignKey(Organ, models.PROTECT, db_column="organ_code")
    role = models.CharField(max_length=40, default="*")
    matter_code = models.CharField(max_length=40, default="*")
    from_on = models.DateField()
    to_on = models.DateField()
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(to_on__gt=F("from_on")), name="people_delegation_forward"),
            models.CheckConstraint(condition=~Q(deputy=F("officer")), name="people_delegation_to_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="people_delegation_has_reason"),
        ]


class Certificate(models.Model):
    """执法证件: proof that an officer may inspect and enforce in one domain."""

    officer = models.ForeignKey(Officer, models.PROTECT)
    number = models.CharField(max_length=30, unique=True)
    domain = models.CharField(max_length=40)
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="people_certificate_forward"
            )
        ]


class Recusal(models.Model):
    """回避: an officer does not act in one case. The case lives in another folder, so its key is plain."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "officer")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    officer = models.ForeignKey(Officer, models.PROTECT)
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
